"""Equality of everything with everything, and order."""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any, Final

from support.reference.kinds import kind

NUMBERS: Final = ("int", "uint", "double")

ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def equal(left: Any, right: Any) -> bool:
    """`left == right`: numbers by value, lists and maps by their parts, other types only among themselves."""
    kinds = kind(left), kind(right)
    if kinds[0] in NUMBERS and kinds[1] in NUMBERS:
        return bool(_number(left, right) == _number(right, left))
    if kinds[0] != kinds[1]:
        return False
    match kinds[0]:
        case "list":
            return len(left) == len(right) and all(equal(*pair) for pair in zip(left, right, strict=True))
        case "map":
            return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
        case "optional_type":
            return left.is_present == right.is_present and equal(left.value, right.value)
        case _:
            return bool(left == right)


def ordered(operator: str, left: Any, right: Any) -> bool:
    """`left operator right` of two numbers, or of two values of one type that has an order."""
    if kind(left) in NUMBERS:
        left, right = _number(left, right), _number(right, left)
    return ORDERS[operator](left, right)


def _number(number: Any, other: Any) -> Any:
    """`number` as it is compared with `other`: what meets a double is a double itself.

    The definition's own tests settle that: the greatest int is not less than
    9223372036854775808.0.
    """
    return float(number) if isinstance(other, float) else number
