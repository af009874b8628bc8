"""An expression over libraries and its value, for tests that state one of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.overloads import Library
from interlock.cel.types import DYN, CelType
from interlock.cel.values import EvaluationError
from interlock.spans import typed_in


@dataclass(frozen=True)
class Expressions:
    """Expressions over `libraries` and variables, which are dynamic unless `types` says what they are."""

    libraries: tuple[Library, ...]
    types: Mapping[str, CelType] = field(default_factory=dict)

    def value(self, text: str, **values: Any) -> Any:
        """The value of `text`, by generated code and interpreter alike."""
        variables = {**dict.fromkeys(values, DYN), **self.types}
        environment = Environment(declare([]), variables, {}, libraries=self.libraries)
        program = environment.compile(typed_in(text))
        value = program.evaluate(Activation(values))
        exact = program.trace(Activation(values), lambda _node, _value: None)
        assert (type(exact), repr(exact)) == (type(value), repr(value))
        return value

    def error(self, text: str, **values: Any) -> str:
        """What the evaluation of `text` fails with."""
        try:
            value = self.value(text, **values)
        except EvaluationError as error:
            return str(error)
        raise AssertionError(f"{text} is {value!r}, not an error")

    def accepts(self, text: str) -> bool:
        """Whether the checker takes `text`."""
        try:
            Environment(declare([]), self.types, {}, libraries=self.libraries).compile(typed_in(text))
        except RejectedError:
            return False
        return True
