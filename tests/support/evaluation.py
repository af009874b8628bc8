"""An expression and its value, for tests that state one of each."""

from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.types import DYN
from interlock.cel.values import EvaluationError
from interlock.spans import typed_in


def value_of(text: str, **values: Any) -> Any:
    """The value of `text` over dynamic variables, by generated code and interpreter alike."""
    program = Environment(declare([]), dict.fromkeys(values, DYN), {}).compile(typed_in(text))
    value = program.evaluate(Activation(values))
    exact = program.trace(Activation(values), lambda _node, _value: None)
    assert (type(exact), repr(exact)) == (type(value), repr(value))
    return value


def error_of(text: str, **values: Any) -> str:
    """What the evaluation of `text` fails with."""
    try:
        value = value_of(text, **values)
    except EvaluationError as error:
        return str(error)
    raise AssertionError(f"{text} is {value!r}, not an error")
