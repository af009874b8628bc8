"""common-expression-language, the crate `cel` with its Python wrapper.

It checks no types and shares no parser with the others, so it can tell what
all who read Google's tree have wrong in common.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import cel

from interlock.cel.types import CelType
from interlock.cel.values import Duration, Timestamp, Uint
from support.expressions import FAILING, FULL
from support.grammars.core import COLLECTIONS, CONVERSIONS
from support.oracles import times
from support.programs import ERROR
from support.reference import exact

GAPS: Final[Mapping[str, str]] = {
    "size({string})": "it counts bytes",
    "size({dyn})": "the same",
    "({dyn} + {dyn})": "a map can be added to a list",
    "string({bool})": "there is no such conversion",
    "bool({string})": "the same",
    "string({bytes})": "bytes that are no UTF-8 are replaced",
    "string({double})": "there are no exponents",
    "string(double(": "the same",
    "({duration} + {time})": "only a duration can be added to a timestamp, not the other way round",
    "timestamp({int})": "the same",
    "int({time})": "the same",
    "{{{string}: {int}, {string}: {int}}}": "of keys that repeat the last one counts",
    "[dyn({double})]": "doubles are no positions",
    "getMilliseconds": "it is all of a duration, as in Go; by the definition only what its seconds leave",
    "string({duration})": "it is Go's text of hours, minutes and seconds",
    "string({time})": "the zone is written as an offset",
    "{zone}": "times have no zones there",
    "getDayOfYear(": "the same",
    "-({int})": "the least integer is its own negative",
    "-({dyn})": "and the negative of a boolean is its contrary",
    "1e300": "what is no number is no operand of a comparison: so nothing may become infinite",
    " / {double}": "the same",
    "google.protobuf.Timestamp": "types have no names of their own there",
    "matches": "its patterns are of another kind",
}
GRAMMAR: Final = FULL.joined(CONVERSIONS, COLLECTIONS, FAILING).without(*GAPS)
KINDS: Final = (
    *("bool", "int", "uint", "double", "string", "bytes", "time", "duration"),
    *("strings", "ints", "map"),
)


def value(text: str, values: Mapping[str, Any]) -> Any:
    """The value of `text` as far as it is visible, or `ERROR`."""
    program = _compiled(text)
    try:
        return _taken(program.execute(dict(values)))
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        return ERROR


def is_gap(text: str, theirs: Any) -> bool:
    """Whether an error may have decided a quantifier: there it does, whatever comes after it."""
    return theirs == ERROR and any(macro in text for macro in (".all(", ".exists("))


def visible(found: Any) -> Any:
    """Times in microseconds, unsigned integers as integers, types by their names."""
    match found:
        case list():
            return ("list", [visible(each) for each in found])
        case dict():
            return ("map", sorted(((key, visible(each)) for key, each in found.items()), key=repr))
        case Uint():
            return exact(int(found))
        case Timestamp() | Duration():
            return times.of_ours(found)
        case CelType(name):
            return exact(name)
        case _:
            return exact(found)


@lru_cache(maxsize=1)
def _compiled(text: str) -> cel.Program:
    return cel.compile(text)


def _taken(found: Any) -> Any:
    match found:
        case datetime() | timedelta():
            return times.of_theirs(found)
        case list():
            return ("list", [_taken(each) for each in found])
        case dict():
            return ("map", sorted(((key, _taken(each)) for key, each in found.items()), key=repr))
        case _:
            return exact(found)
