"""Values of a mapping: literals, and expressions over what a call holds.

Source: COAZ framework 1.0, draft 1, "Literals and Expressions" and "The Expression
Contract"; COAZ-MCP binding 1.0, draft 1, "Expressions and Literals". An MCP
server wrote them, which is the one that is called: so they are read without
the checker, in Python alone, and what they cost together is limited.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from interlock.cel.cost.meter import Meter
from interlock.cel.libraries.extensions import macros, optionals, strings
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.untyped.expression import read
from interlock.cel.values import EvaluationError, LimitExceeded, Optional
from interlock.errors import RequestError
from interlock.intents.bounds import MAX_NODES, MAX_TEXT
from interlock.intents.paths import element, json_path, member

LONGEST: Final = 2_048
"""Characters of one expression."""

MOST: Final = 100_000
"""What all expressions of one mapping may cost together."""

_MARK: Final = "$"
_LIBRARIES: Final = (optionals.VERSIONS[-1], strings.DECLARED[-1], macros.BINDINGS)


class _Absent:
    """What an expression yields that gives no value: its member is left out."""


ABSENT: Final = _Absent()


class Template:
    """Resolves what stands in one mapping over `variables`, within one bound of costs."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._meter = Meter(limit=MOST)
        self._values = MAX_NODES
        self._characters = MAX_TEXT

    def resolved(self, value: Any, path: str) -> Any:
        """`value`, which stands at `path`, with each expression in it replaced; `ABSENT` where that has none.

        Raises:
            RequestError: an expression can't be read or evaluated, or gives what JSON has not.
        """
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, list):
            made = [self.resolved(item, element(path, index)) for index, item in enumerate(value)]
            return [item for item in made if item is not ABSENT]
        if isinstance(value, dict):
            members = {key: self.resolved(item, member(path, key)) for key, item in value.items()}
            return {key: item for key, item in members.items() if item is not ABSENT}
        return value

    def _text(self, text: str, path: str) -> Any:
        if not text.startswith(_MARK):
            return text
        if text.startswith(2 * _MARK):
            return text[1:]
        return self._evaluated(text[1:], path)

    def _evaluated(self, text: str, path: str) -> Any:
        if len(text) > LONGEST:
            raise _fault(path, f"the expression is longer than {LONGEST} characters")
        try:
            expression = read(text, _LIBRARIES, tuple(self._variables))
            value = expression.evaluate(self._variables, self._meter)
        except UnreadableError:
            raise _fault(path, "the expression can't be read as CEL over `params` and `token`") from None
        except EvaluationError as error:
            raise _fault(path, f"the expression fails: {error}") from None
        except LimitExceeded:
            raise _fault(path, "the expressions of the mapping cost too much together") from None
        if isinstance(value, Optional):
            value = value.value if value.is_present else ABSENT
        if value is not ABSENT:
            self._check(value, path)
        return value

    def _check(self, value: Any, path: str) -> None:
        """Nothing, where `value` is one of JSON, and all that were given are no more than a request may hold.

        A value may have one part over and over: what costs little to make then takes for ever to read.
        """
        pending = [value]
        while pending:
            each = pending.pop()
            inside = _inside(each)
            if inside is None:
                raise _fault(path, "the expression gives what JSON has no value for")
            self._values -= 1 + len(inside)
            self._characters -= len(each) if isinstance(each, str) else 0
            if self._values < 0 or self._characters < 0:
                raise _fault(path, "the expressions of the mapping give too much together")
            pending += inside


def _inside(value: Any) -> list[Any] | None:
    """What is in `value`, keys too; None where it is no value of JSON but one that CEL alone has."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [*value, *value.values()] if all(isinstance(key, str) for key in value) else None
    is_plain = value is None or type(value) in {bool, int, str} or (type(value) is float and isfinite(value))
    return [] if is_plain else None


def _fault(path: str, why: str) -> RequestError:
    return RequestError(f"`{path}`: {why}: have the server of the tool mend its mapping", path=json_path(path))
