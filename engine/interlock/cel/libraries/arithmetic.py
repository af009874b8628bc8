"""`+ - * / %` and negation: exact or an error, never wrapped around.

Integers are 64 bits, division truncates toward zero, a remainder has the sign
of its dividend, doubles follow IEEE 754.
"""

import math
from collections.abc import Callable, Mapping
from operator import add, mul, neg, sub
from typing import Any, Final

from interlock.cel.libraries.overloads import Function, no_overload
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


def _operator(name: str, overloads: Mapping[tuple[type, ...], Callable[..., Any]]) -> Callable[..., Any]:
    """The function that picks the overload by the exact types of its operands: a bool is no int."""

    def operate(*operands: Any) -> Any:
        overload = overloads.get(tuple(map(type, operands)))
        if overload is None:
            raise no_overload(name, *operands)
        return overload(*operands)

    return operate


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


FUNCTIONS: Final[dict[str, Function]] = {
    "_+_": _operator(
        "_+_",
        {
            (int, int): lambda a, b: to_int(a + b),
            (Uint, Uint): lambda a, b: to_uint(int(a) + int(b)),
            (float, float): add,
            (str, str): add,
            (bytes, bytes): add,
            (list, list): add,
            (Duration, Duration): lambda a, b: to_duration(a.nanoseconds + b.nanoseconds),
            (Timestamp, Duration): lambda a, b: to_timestamp(a.nanoseconds + b.nanoseconds),
            (Duration, Timestamp): lambda a, b: to_timestamp(a.nanoseconds + b.nanoseconds),
        },
    ),
    "_-_": _operator(
        "_-_",
        {
            (int, int): lambda a, b: to_int(a - b),
            (Uint, Uint): lambda a, b: to_uint(int(a) - int(b)),
            (float, float): sub,
            (Duration, Duration): lambda a, b: to_duration(a.nanoseconds - b.nanoseconds),
            (Timestamp, Timestamp): lambda a, b: to_duration(a.nanoseconds - b.nanoseconds),
            (Timestamp, Duration): lambda a, b: to_timestamp(a.nanoseconds - b.nanoseconds),
        },
    ),
    "_*_": _operator(
        "_*_",
        {
            (int, int): lambda a, b: to_int(a * b),
            (Uint, Uint): lambda a, b: to_uint(int(a) * int(b)),
            (float, float): mul,
        },
    ),
    "_/_": _operator(
        "_/_",
        {
            (int, int): _quotient,
            (Uint, Uint): lambda a, b: Uint(int(a) // _nonzero(b, "divide")),
            (float, float): _divide_doubles,
        },
    ),
    "_%_": _operator(
        "_%_",
        {(int, int): _rest, (Uint, Uint): lambda a, b: Uint(int(a) % _nonzero(b, "modulus"))},
    ),
    "-_": _operator("-_", {(int,): lambda a: to_int(-a), (float,): neg}),
}
