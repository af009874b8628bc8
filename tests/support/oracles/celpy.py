"""cel-python, on the typed core of the language: beyond it, it differs too often to tell anything."""

import sys
from collections.abc import Mapping
from typing import Any, Final

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel

from support.expressions import FAILING, PLAIN
from support.programs import ERROR
from support.reference import exact

GAPS: Final[Mapping[str, str]] = {
    "%": "the least integer has a remainder by -1",
    ".exists_one(": "nothing absorbs an error in it",
    ".filter(": "the same",
    ".map(": "the same",
}
GRAMMAR: Final = PLAIN.joined(FAILING)
KINDS: Final = ("bool", "int", "string", "strings")

# Making an environment of cel-python raises the process's recursion limit, which other tests run into.
_LIMIT: Final = sys.getrecursionlimit()
_ENVIRONMENT: Final = celpy.Environment(runner_class=celpy.InterpretedRunner)
sys.setrecursionlimit(_LIMIT)


def value(text: str, values: Mapping[str, Any]) -> Any:
    """The value of `text` with the types of its parts, or `ERROR`."""
    program = _ENVIRONMENT.program(_ENVIRONMENT.compile(text))
    typed = {name: json_to_cel(values[name]) for name in ("b", "i", "j", "s", "t", "l")}
    try:
        found = program.evaluate(typed)
    except Exception:  # noqa: BLE001  # it raises what Python raises, not only its own errors
        return ERROR
    return _taken(found)


def visible(found: Any) -> Any:
    """All of it."""
    return exact(found)


def is_gap(text: str, ours: Any, theirs: Any) -> bool:
    """Whether a difference is one of those in `GAPS`, which would be too much to leave out of the grammar."""
    has_remainder = ours == ERROR and "%" in text
    is_absorbed = theirs == ERROR and any(part in text for part in GAPS)
    return has_remainder or is_absorbed


def _taken(found: Any) -> Any:
    match found:
        case celtypes.BoolType():
            return exact(bool(found))
        case celtypes.IntType():
            return exact(int(found))
        case list():
            return ("list", [_taken(each) for each in found])
        case _:
            return exact(str(found))
