"""Equality over all values and order over those that have one.

Numbers compare by value whatever their types, an integer with a double as a
double; values of other different types are simply unequal. Strings are ordered
by code point, as in UTF-8.
"""

from itertools import repeat
from operator import ge, gt, le, lt, not_
from typing import Any, Final

from interlock.cel.libraries.overloads import Function, Library, Overload
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    parameter,
)
from interlock.cel.values import EvaluationError, Message, OpenMap, Optional, Uint

_SAME: Final = frozenset({str, int, float, bytes, bool, type(None), Uint})
_NESTING: Final = frozenset({list, dict, Message, Optional})
_NUMBERS: Final = frozenset({int, float, Uint})
_ORDERED: Final = (
    ("bool", BOOL),
    ("int64", INT),
    ("uint64", UINT),
    ("double", DOUBLE),
    ("string", STRING),
    ("bytes", BYTES),
    ("timestamp", TIMESTAMP),
    ("duration", DURATION),
)


def equal(left: Any, right: Any) -> bool:
    """`left == right`."""
    left_type, right_type = type(left), type(right)
    if left_type is right_type:
        if left_type in _SAME:
            return bool(left == right)
        if left_type in _NESTING:
            return _alike(left, right, {})
        return bool(left == right)
    if left_type not in _NUMBERS or right_type not in _NUMBERS:
        # Only a map that isn't known as a whole can equal a value of another type of Python's.
        return (left_type is OpenMap or right_type is OpenMap) and bool(left == right)
    left, right = _aligned(left, right)
    return bool(left == right)


def _alike(left: Any, right: Any, known: dict[tuple[int, int], bool]) -> bool:
    """Whether both are equal; `known` has the lists and maps in them that were compared already.

    An expression can make a value that has one part a thousand times, each of which has another a
    thousand times: each part is looked at once.
    """
    kind = type(left)
    if kind is not type(right) or kind not in _NESTING:
        return equal(left, right)
    if kind is Message:
        return left.type == right.type and _alike(left.fields, right.fields, known)
    if kind is Optional:
        return left.is_present == right.is_present and _alike(left.value, right.value, known)
    pair = id(left), id(right)
    if pair not in known:
        known[pair] = len(left) == len(right) and (
            all(map(_alike, left, right, repeat(known)))
            if kind is list
            else all(key in right and _alike(value, right[key], known) for key, value in left.items())
        )
    return known[pair]


def unequal(left: Any, right: Any) -> bool:
    """`left != right`."""
    return not equal(left, right)


def is_less(left: Any, right: Any) -> bool:
    """Whether one number is less than another, of whatever types."""
    left, right = _aligned(left, right)
    return bool(left < right)


def _aligned(left: Any, right: Any) -> tuple[Any, Any]:
    """Two numbers as Python compares them the way that CEL does."""
    if type(left) is float or type(right) is float:
        return float(left), float(right)
    return left, right


def negation(value: Any) -> bool:
    """`!value`."""
    return not to_bool(value)


def to_bool(value: Any) -> bool:
    """`value`, which logic needs to be a bool.

    Raises:
        EvaluationError: it is something else.
    """
    if value is True or value is False:
        return bool(value)
    raise EvaluationError("no such overload: not a bool")


def _comparisons(name: str, function: str, compute: Function) -> tuple[Overload, ...]:
    """The overloads of one order, over values of one type and over numbers of two."""

    def as_doubles(left: Any, right: Any) -> bool:
        return bool(compute(float(left), float(right)))

    def overload(id_: str, left: CelType, right: CelType, by: Function) -> Overload:
        return Overload(id=id_, function=function, parameters=(left, right), result=BOOL, compute=by)

    return (
        *(overload(f"{name}_{suffix}", type_, type_, compute) for suffix, type_ in _ORDERED),
        overload(f"{name}_int64_double", INT, DOUBLE, as_doubles),
        overload(f"{name}_double_int64", DOUBLE, INT, as_doubles),
        overload(f"{name}_int64_uint64", INT, UINT, compute),
        overload(f"{name}_uint64_int64", UINT, INT, compute),
        overload(f"{name}_uint64_double", UINT, DOUBLE, as_doubles),
        overload(f"{name}_double_uint64", DOUBLE, UINT, as_doubles),
    )


_ANY: Final = parameter("A")

OVERLOADS: Final = (
    Overload(id="equals", function="_==_", parameters=(_ANY, _ANY), result=BOOL, compute=equal),
    Overload(id="not_equals", function="_!=_", parameters=(_ANY, _ANY), result=BOOL, compute=unequal),
    *_comparisons("less", "_<_", lt),
    *_comparisons("less_equals", "_<=_", le),
    *_comparisons("greater", "_>_", gt),
    *_comparisons("greater_equals", "_>=_", ge),
    Overload(id="logical_not", function="!_", parameters=(BOOL,), result=BOOL, compute=not_),
    # What reaches it only through `dyn`, for the error that `&&` and `||` have too.
    Overload(id="logical_not_dyn", function="!_", parameters=(DYN,), result=BOOL, compute=negation),
)

CROSS_TYPE: Final = Library(
    name="cross-type numeric comparisons",
    overloads=tuple(overload for overload in OVERLOADS if len(set(overload.parameters)) > 1),
)
"""`1 < 1.5`: evaluation always knows them, the checker where this library is there."""
