"""The standard definitions: every overload under its signature, as the definition lists them."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any, Final

import re2

from interlock.cel.values import NONE, Duration, Optional, Timestamp, optional
from support.reference import conversions, times
from support.reference.comparison import NUMBERS, ORDERS, equal, ordered
from support.reference.errors import CelError
from support.reference.kinds import KINDS, int64, type_of, uint64
from support.reference.lookup import is_in

Function = Callable[..., Any]

_QUIET: Final = re2.Options()
_QUIET.log_errors = False


def called(signature: str, arguments: list[Any]) -> Any:
    """What the overload of this signature makes of `arguments`."""
    if signature not in _OVERLOADS:
        raise CelError(f"no such overload: {signature}")
    return _OVERLOADS[signature](*arguments)


def _quotient(left: int, right: int) -> int:
    """Rounded toward zero."""
    if right == 0:
        raise CelError("division by zero")
    magnitude = abs(left) // abs(right)
    return magnitude if (left < 0) == (right < 0) else -magnitude


def _remainder(left: int, right: int) -> int:
    """With the sign of `left`; an error where the quotient is one."""
    return left - right * int64(_quotient(left, right))


def _uint_remainder(left: int, right: int) -> int:
    return left - right * _quotient(left, right)


def _divided(left: float, right: float) -> float:
    """By IEEE 754, which Python leaves where the divisor is zero."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(1, left) * math.copysign(1, right) * math.inf


def _matches(text: str, pattern: str) -> bool:
    try:
        return re2.search(pattern, text, _QUIET) is not None
    except re2.error as error:
        raise CelError("no regular expression") from error


def _held(value: Optional) -> Any:
    if not value.is_present:
        raise CelError("optional.none() has no value")
    return value.value


def _is_zero(value: Any) -> bool:
    """Whether `value` is its type's default."""
    zeros: tuple[Any, ...] = (None, False, 0, 0.0, "", b"", [], {}, Timestamp(0), Duration(0))
    return any(equal(value, zero) for zero in zeros)


_ARITHMETIC: Final[dict[str, Function]] = {
    "-int": lambda a: int64(-a),
    "-double": lambda a: -a,
    "!bool": lambda a: not a,
    "int + int": lambda a, b: int64(a + b),
    "uint + uint": lambda a, b: uint64(int(a) + int(b)),
    "double + double": lambda a, b: a + b,
    "string + string": lambda a, b: a + b,
    "bytes + bytes": lambda a, b: a + b,
    "list + list": lambda a, b: a + b,
    "timestamp + duration": lambda a, b: times.instant(a.nanoseconds + b.nanoseconds),
    "duration + timestamp": lambda a, b: times.instant(a.nanoseconds + b.nanoseconds),
    "duration + duration": lambda a, b: times.span(a.nanoseconds + b.nanoseconds),
    "int - int": lambda a, b: int64(a - b),
    "uint - uint": lambda a, b: uint64(int(a) - int(b)),
    "double - double": lambda a, b: a - b,
    "timestamp - timestamp": lambda a, b: times.span(a.nanoseconds - b.nanoseconds),
    "timestamp - duration": lambda a, b: times.instant(a.nanoseconds - b.nanoseconds),
    "duration - duration": lambda a, b: times.span(a.nanoseconds - b.nanoseconds),
    "int * int": lambda a, b: int64(a * b),
    "uint * uint": lambda a, b: uint64(int(a) * int(b)),
    "double * double": lambda a, b: a * b,
    "int / int": lambda a, b: int64(_quotient(a, b)),
    "uint / uint": lambda a, b: uint64(_quotient(int(a), int(b))),
    "double / double": _divided,
    "int % int": _remainder,
    "uint % uint": lambda a, b: uint64(_uint_remainder(int(a), int(b))),
}

_COMPARISON: Final[dict[str, Function]] = {
    "A == B": equal,
    "A != B": lambda a, b: not equal(a, b),
    "A in list": is_in,
    "A in map": is_in,
}

_COLLECTIONS: Final[dict[str, Function]] = {
    **dict.fromkeys([f"size({kind})" for kind in ("string", "bytes", "list", "map")], len),
    **dict.fromkeys([f"{kind}.size()" for kind in ("string", "bytes", "list", "map")], len),
    "string.contains(string)": lambda a, b: b in a,
    "string.endsWith(string)": lambda a, b: a.endswith(b),
    "string.startsWith(string)": lambda a, b: a.startswith(b),
    "string.matches(string)": _matches,
    "matches(string, string)": _matches,
}

_OPTIONALS: Final[dict[str, Function]] = {
    "optional.none()": lambda: NONE,
    "optional.of(A)": optional,
    "optional.ofNonZeroValue(A)": lambda a: NONE if _is_zero(a) else optional(a),
    "optional_type.hasValue()": lambda a: a.is_present,
    "optional_type.value()": _held,
}

_GENERAL: Final[dict[str, Function]] = {
    **_ARITHMETIC,
    **_COMPARISON,
    **_COLLECTIONS,
    **_OPTIONALS,
    **conversions.FUNCTIONS,
    **times.FUNCTIONS,
    "dyn(A)": lambda a: a,
    "type(A)": type_of,
}


def _expanded(signature: str) -> list[str]:
    """`signature` with every type in the place of `A` and `B`."""
    return [signature.replace("A", a).replace("B", b) for a, b in product(KINDS, KINDS)]


def _ordering(operator: str) -> dict[str, Function]:
    same = [(kind, kind) for kind in ("bool", "string", "bytes", "timestamp", "duration")]
    return {
        f"{a} {operator} {b}": lambda left, right: ordered(operator, left, right)
        for a, b in (*same, *product(NUMBERS, NUMBERS))
    }


_OVERLOADS: Final[dict[str, Function]] = {
    **{concrete: function for signature, function in _GENERAL.items() for concrete in _expanded(signature)},
    **{signature: each for operator in ORDERS for signature, each in _ordering(operator).items()},
}
