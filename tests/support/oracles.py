"""Other implementations of CEL, asked for the value of an expression.

Each is asked only about what it is known to get right: no NUL and no lone
surrogate reaches Google's evaluator, no null leaves it (its wrapper would lose
a reference to None), and cel-python sees only the typed core of the language.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import celpy
from cel_expr_python import cel
from celpy import celtypes
from celpy.adapter import json_to_cel

from support.programs import ERROR

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


@dataclass(frozen=True, slots=True)
class Google:
    """cel-cpp, through its Python wrapper."""

    expression: Any

    @classmethod
    def compiled(cls, text: str) -> "Google":
        """`text` over the variables of the tests."""
        return cls(_google().compile(text))

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value of an expression whose value is a boolean, an integer or text; or `ERROR`."""
        try:
            value = self.expression.eval(data=dict(values))
        except RuntimeError:
            return ERROR
        return ERROR if value.type() == cel.Type.ERROR else value.value()


@cache
def _google() -> Any:
    return cel.NewEnv(variables=_NATIVE)


def celpy_value(text: str, values: Mapping[str, Any]) -> Any:
    """The value of `text` by cel-python, or `ERROR`."""
    program = _CELPY.program(_CELPY.compile(text))
    try:
        value = program.evaluate({name: json_to_cel(value) for name, value in values.items()})
    except Exception:  # noqa: BLE001  # it raises what Python raises, not only its own errors
        return ERROR
    match value:
        case celtypes.BoolType():
            return bool(value)
        case celtypes.IntType():
            return int(value)
        case _:
            return str(value)
