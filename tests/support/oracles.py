"""Other implementations of CEL, asked for the value of an expression.

Each is asked only about what it is known to get right: no NUL and no lone
surrogate reaches Google's evaluator, no null leaves it, and cel-python sees
only the typed core of the language.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import celpy
from cel_expr_python import cel
from celpy.adapter import json_to_cel
from celpy.evaluation import CELEvalError

ERROR: Final = "error"
"""What every implementation is held to where the value is an error: which one is its own affair."""

OTHER: Final = "other"
"""A value that is neither boolean nor integer nor text."""

# Making an environment of cel-python raises the process's recursion limit, which other tests run into.
_LIMIT: Final = sys.getrecursionlimit()
_CELPY: Final = celpy.Environment(runner_class=celpy.InterpretedRunner)
sys.setrecursionlimit(_LIMIT)

_NATIVE: Final = {
    "b": cel.Type.BOOL,
    "i": cel.Type.INT,
    "j": cel.Type.INT,
    "s": cel.Type.STRING,
    "t": cel.Type.STRING,
    "l": cel.Type.List(cel.Type.STRING),
    "x": cel.Type.DYN,
    "y": cel.Type.DYN,
    "d": cel.Type.List(cel.Type.DYN),
}
_READABLE: Final = frozenset(kind.name() for kind in (cel.Type.BOOL, cel.Type.INT, cel.Type.STRING))


@dataclass(frozen=True, slots=True)
class Google:
    """cel-cpp, through its Python wrapper."""

    expression: Any

    @classmethod
    def compiled(cls, text: str) -> "Google":
        """`text` over the variables of the tests."""
        return cls(_google().compile(text))

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value where it is a boolean, an integer or text; else `OTHER`, or `ERROR`."""
        try:
            value = self.expression.eval(data=dict(values))
        except RuntimeError:
            return ERROR
        name = value.type().name()
        if name == cel.Type.ERROR.name():
            return ERROR
        # Taking a null out of the wrapper loses a reference to None, so only these are taken out.
        return value.value() if name in _READABLE else OTHER


@cache
def _google() -> Any:
    return cel.NewEnv(variables=_NATIVE)


def celpy_value(text: str, values: Mapping[str, Any]) -> Any:
    """The value of `text` by cel-python, or `ERROR`."""
    program = _CELPY.program(_CELPY.compile(text))
    try:
        value = program.evaluate({name: json_to_cel(value) for name, value in values.items()})
    except (CELEvalError, ValueError):
        return ERROR
    match value:
        case celpy.celtypes.BoolType():
            return bool(value)
        case celpy.celtypes.IntType():
            return int(value)
        case _:
            return str(value)
