"""Quantities of resources: how they compare, add up and become numbers."""

from typing import Final

from interlock.cel.libraries.kubernetes.amounts import Quantity, parse, whole
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function, member
from interlock.cel.types import BOOL, DOUBLE, INT, STRING
from interlock.cel.values import EvaluationError

_QUANTITY: Final = Quantity.cel_type


def is_quantity(text: str) -> bool:
    """Whether `text` is a quantity."""
    try:
        parse(text)
    except EvaluationError:
        return False
    return True


def sign(quantity: Quantity) -> int:
    """1, 0 or -1."""
    return (quantity.amount > 0) - (quantity.amount < 0)


def compare(quantity: Quantity, other: Quantity) -> int:
    """1 where `quantity` is the greater one, -1 where it is the lesser, else 0."""
    return (quantity.amount > other.amount) - (quantity.amount < other.amount)


def is_less(quantity: Quantity, other: Quantity) -> bool:
    """Whether `quantity` is less than `other`."""
    return quantity.amount < other.amount


def is_greater(quantity: Quantity, other: Quantity) -> bool:
    """Whether `quantity` is greater than `other`."""
    return quantity.amount > other.amount


def is_integer(quantity: Quantity) -> bool:
    """Whether `asInteger` gives a number."""
    return quantity.integer() is not None


def as_integer(quantity: Quantity) -> int:
    """The number that the API server keeps as a whole one."""
    value = quantity.integer()
    if value is None:
        raise EvaluationError("cannot convert value to integer")
    return value


def add_int(quantity: Quantity, number: int) -> Quantity:
    """The sum of both."""
    return quantity.plus(whole(number))


def subtract_int(quantity: Quantity, number: int) -> Quantity:
    """The difference of both."""
    return quantity.minus(whole(number))


QUANTITY: Final = Library(
    name="kubernetes.quantity",
    overloads=(
        function("string_to_quantity", "quantity", (STRING,), _QUANTITY, parse),
        function("is_quantity_string", "isQuantity", (STRING,), BOOL, is_quantity),
        # The API server declares `sign(quantity)` only, although its documentation writes `quantity.sign()`.
        function("quantity_sign", "sign", (_QUANTITY,), INT, sign),
        member("quantity_is_greater_than", "isGreaterThan", (_QUANTITY, _QUANTITY), BOOL, is_greater),
        member("quantity_is_less_than", "isLessThan", (_QUANTITY, _QUANTITY), BOOL, is_less),
        member("quantity_compare_to", "compareTo", (_QUANTITY, _QUANTITY), INT, compare),
        member("quantity_get_float", "asApproximateFloat", (_QUANTITY,), DOUBLE, Quantity.approximate),
        member("quantity_get_int", "asInteger", (_QUANTITY,), INT, as_integer),
        member("quantity_is_integer", "isInteger", (_QUANTITY,), BOOL, is_integer),
        member("quantity_add", "add", (_QUANTITY, _QUANTITY), _QUANTITY, Quantity.plus),
        member("quantity_add_int", "add", (_QUANTITY, INT), _QUANTITY, add_int),
        member("quantity_sub", "sub", (_QUANTITY, _QUANTITY), _QUANTITY, Quantity.minus),
        member("quantity_sub_int", "sub", (_QUANTITY, INT), _QUANTITY, subtract_int),
    ),
)
