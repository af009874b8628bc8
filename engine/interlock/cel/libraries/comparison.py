"""Equality over all values and order over those that have one.

Numbers compare by value whatever their types, an integer with a double as a
double; values of other different types are simply unequal. Strings are ordered
by code point, as in UTF-8.
"""

from typing import Any, Final

from interlock.cel.libraries.overloads import Function, no_overload
from interlock.cel.values import Duration, EvaluationError, Timestamp, Uint

_SAME: Final = frozenset({str, int, float, bytes, bool, type(None), Uint})
_NUMBERS: Final = frozenset({int, float, Uint})
_ORDERED: Final = frozenset({str, bytes, bool, Timestamp, Duration})


def equal(left: Any, right: Any) -> bool:
    """`left == right`."""
    left_type, right_type = type(left), type(right)
    if left_type is right_type:
        if left_type in _SAME:
            return bool(left == right)
        if left_type is list:
            return len(left) == len(right) and all(map(equal, left, right))
        if left_type is dict:
            return len(left) == len(right) and all(
                key in right and equal(value, right[key]) for key, value in left.items()
            )
        return bool(left == right)
    if left_type not in _NUMBERS or right_type not in _NUMBERS:
        return False
    left, right = _aligned(left, right)
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    """`left != right`."""
    return not equal(left, right)


def _aligned(left: Any, right: Any) -> tuple[Any, Any]:
    """Two numbers as Python compares them the way that CEL does."""
    if type(left) is float or type(right) is float:
        return float(left), float(right)
    return left, right


def _comparable(function: str, left: Any, right: Any) -> tuple[Any, Any]:
    left_type, right_type = type(left), type(right)
    if left_type in _NUMBERS and right_type in _NUMBERS:
        return _aligned(left, right)
    if left_type is not right_type or left_type not in _ORDERED:
        raise no_overload(function, left, right)
    return left, right


def less(left: Any, right: Any) -> bool:
    """`left < right`."""
    left, right = _comparable("_<_", left, right)
    return bool(left < right)


def less_or_equal(left: Any, right: Any) -> bool:
    """`left <= right`."""
    left, right = _comparable("_<=_", left, right)
    return bool(left <= right)


def greater(left: Any, right: Any) -> bool:
    """`left > right`."""
    left, right = _comparable("_>_", left, right)
    return bool(left > right)


def greater_or_equal(left: Any, right: Any) -> bool:
    """`left >= right`."""
    left, right = _comparable("_>=_", left, right)
    return bool(left >= right)


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


FUNCTIONS: Final[dict[str, Function]] = {
    "_==_": equal,
    "_!=_": unequal,
    "_<_": less,
    "_<=_": less_or_equal,
    "_>_": greater,
    "_>=_": greater_or_equal,
    "!_": negation,
}
