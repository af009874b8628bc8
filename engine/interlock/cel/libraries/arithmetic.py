"""`+ - * / %` and negation: exact or an error, never wrapped around.

Integers are 64 bits, division truncates toward zero, a remainder has the sign
of its dividend, doubles follow IEEE 754. Texts, bytes and lists are joined by `+`.
"""

import math
from operator import add, mul, neg, sub
from typing import Any, Final

from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.overloads import Function, Overload
from interlock.cel.types import (
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    list_of,
    parameter,
)
from interlock.cel.values import MAX_INT, MAX_UINT, MIN_INT, Duration, EvaluationError, Timestamp, Uint

_MIN_TIMESTAMP: Final = -62_135_596_800_000_000_000
_MAX_TIMESTAMP: Final = 253_402_300_799_999_999_999


def to_int(value: int) -> int:
    """`value` as an int64.

    Raises:
        EvaluationError: it does not fit.
    """
    if MIN_INT <= value <= MAX_INT:
        return value
    raise EvaluationError("integer overflow")


def to_uint(value: int) -> Uint:
    """`value` as a uint64.

    Raises:
        EvaluationError: it does not fit.
    """
    if 0 <= value <= MAX_UINT:
        return Uint(value)
    raise EvaluationError("unsigned integer overflow")


def to_timestamp(nanoseconds: int) -> Timestamp:
    """The timestamp at `nanoseconds` since the epoch.

    Raises:
        EvaluationError: it is not in the years 1 to 9999.
    """
    if _MIN_TIMESTAMP <= nanoseconds <= _MAX_TIMESTAMP:
        return Timestamp(nanoseconds)
    raise EvaluationError("timestamp out of range")


def to_duration(nanoseconds: int) -> Duration:
    """The duration of `nanoseconds`.

    Raises:
        EvaluationError: it does not fit into 64 bits, about 292 years either way, as in Kubernetes.
    """
    if MIN_INT <= nanoseconds <= MAX_INT:
        return Duration(nanoseconds)
    raise EvaluationError("duration out of range")


def _quotient(left: int, right: int) -> int:
    magnitude = abs(left) // abs(_nonzero(right, "divide"))
    return to_int(magnitude if (left < 0) == (right < 0) else -magnitude)


def _rest(left: int, right: int) -> int:
    magnitude = abs(left) % abs(_nonzero(right, "modulus"))
    # An error where the quotient is one, as in Go and C++, although the rest would fit.
    _quotient(left, right)
    return magnitude if left >= 0 else -magnitude


def _nonzero(divisor: int, operation: str) -> int:
    if divisor == 0:
        raise EvaluationError(f"{operation} by zero")
    return int(divisor)


def _divide_doubles(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _joined(left: Any, right: Any) -> Any:
    bounded(len(left) + len(right))
    return left + right


def _overload(
    id_: str, function: str, parameters: tuple[CelType, ...], result: CelType, compute: Function
) -> Overload:
    return Overload(id=id_, function=function, parameters=parameters, result=result, compute=compute)


def _same(name: str, function: str, type_: CelType, compute: Function) -> Overload:
    """The overload over two values of one type that gives a third."""
    return _overload(name, function, (type_, type_), type_, compute)


_ADD: Final = (
    _same("add_int64", "_+_", INT, lambda a, b: to_int(a + b)),
    _same("add_uint64", "_+_", UINT, lambda a, b: to_uint(int(a) + int(b))),
    _same("add_double", "_+_", DOUBLE, add),
    _same("add_string", "_+_", STRING, _joined),
    _same("add_bytes", "_+_", BYTES, _joined),
    _same("add_list", "_+_", list_of(parameter("A")), _joined),
    _same("add_duration_duration", "_+_", DURATION, lambda a, b: to_duration(a.nanoseconds + b.nanoseconds)),
    _overload(
        "add_timestamp_duration",
        "_+_",
        (TIMESTAMP, DURATION),
        TIMESTAMP,
        lambda a, b: to_timestamp(a.nanoseconds + b.nanoseconds),
    ),
    _overload(
        "add_duration_timestamp",
        "_+_",
        (DURATION, TIMESTAMP),
        TIMESTAMP,
        lambda a, b: to_timestamp(a.nanoseconds + b.nanoseconds),
    ),
)
_SUBTRACT: Final = (
    _same("subtract_int64", "_-_", INT, lambda a, b: to_int(a - b)),
    _same("subtract_uint64", "_-_", UINT, lambda a, b: to_uint(int(a) - int(b))),
    _same("subtract_double", "_-_", DOUBLE, sub),
    _same(
        "subtract_duration_duration", "_-_", DURATION, lambda a, b: to_duration(a.nanoseconds - b.nanoseconds)
    ),
    _overload(
        "subtract_timestamp_timestamp",
        "_-_",
        (TIMESTAMP, TIMESTAMP),
        DURATION,
        lambda a, b: to_duration(a.nanoseconds - b.nanoseconds),
    ),
    _overload(
        "subtract_timestamp_duration",
        "_-_",
        (TIMESTAMP, DURATION),
        TIMESTAMP,
        lambda a, b: to_timestamp(a.nanoseconds - b.nanoseconds),
    ),
)
OVERLOADS: Final = (
    *_ADD,
    *_SUBTRACT,
    _same("multiply_int64", "_*_", INT, lambda a, b: to_int(a * b)),
    _same("multiply_uint64", "_*_", UINT, lambda a, b: to_uint(int(a) * int(b))),
    _same("multiply_double", "_*_", DOUBLE, mul),
    _same("divide_int64", "_/_", INT, _quotient),
    _same("divide_uint64", "_/_", UINT, lambda a, b: Uint(int(a) // _nonzero(b, "divide"))),
    _same("divide_double", "_/_", DOUBLE, _divide_doubles),
    _same("modulo_int64", "_%_", INT, _rest),
    _same("modulo_uint64", "_%_", UINT, lambda a, b: Uint(int(a) % _nonzero(b, "modulus"))),
    _overload("negate_int64", "-_", (INT,), INT, lambda a: to_int(-a)),
    _overload("negate_double", "-_", (DOUBLE,), DOUBLE, neg),
)
