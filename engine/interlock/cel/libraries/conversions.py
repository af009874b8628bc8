"""Conversions between types, and `type` itself."""

import math
from decimal import Decimal
from typing import Any, Final

import re2

from interlock.cel.libraries.arithmetic import to_int, to_timestamp, to_uint
from interlock.cel.libraries.overloads import Function, no_overload
from interlock.cel.libraries.temporal import (
    format_duration,
    format_timestamp,
    parse_duration,
    parse_timestamp,
)
from interlock.cel.values import MAX_UINT, MIN_INT, Duration, EvaluationError, Timestamp, Uint, type_of

_DIGITS: Final = 20
# The powers of ten that `%g` writes without an exponent.
_MIN_EXPONENT: Final = -4
_MAX_EXPONENT: Final = 5
_INTEGER = re2.compile(r"[+-]?\d+")
_DOUBLE = re2.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:inf|infinity|nan))")

_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "false", "FALSE", "False"})


def to_double(value: Any) -> float:
    """`double(value)`."""
    match value:
        case bool():
            pass
        case int() | float():
            return float(value)
        case str() if _DOUBLE.fullmatch(value):
            return float(value)
        case str():
            raise EvaluationError("the text is no double")
        case _:
            pass
    raise no_overload("double", value)


def int_of(value: Any) -> int:
    """`int(value)`: a double is truncated, a timestamp is its Unix seconds."""
    match value:
        case bool():
            pass
        case int():
            return to_int(int(value))
        case float():
            return to_int(_truncated(value))
        case str():
            return to_int(_parsed(value, "int"))
        case Timestamp(nanoseconds):
            return nanoseconds // 1_000_000_000
        case _:
            pass
    raise no_overload("int", value)


def uint_of(value: Any) -> Uint:
    """`uint(value)`."""
    match value:
        case bool():
            pass
        case int():
            return to_uint(int(value))
        case float():
            return to_uint(_truncated(value))
        case str():
            return to_uint(_parsed(value, "uint"))
        case _:
            pass
    raise no_overload("uint", value)


def bool_of(value: Any) -> bool:
    """`bool(value)`."""
    match value:
        case bool():
            return value
        case str():
            if value in _TRUE or value in _FALSE:
                return value in _TRUE
            raise EvaluationError("the text is no bool")
        case _:
            pass
    raise no_overload("bool", value)


def string_of(value: Any) -> str:
    """`string(value)`."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return _shortest(value)
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                raise EvaluationError("invalid UTF-8 in bytes") from None
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
        case _:
            pass
    raise no_overload("string", value)


def bytes_of(value: Any) -> bytes:
    """`bytes(value)`."""
    match value:
        case bytes():
            return value
        case str():
            try:
                return value.encode()
            except UnicodeEncodeError:
                raise EvaluationError("lone surrogate in string") from None
        case _:
            pass
    raise no_overload("bytes", value)


def timestamp_of(value: Any) -> Timestamp:
    """`timestamp(value)` of RFC 3339 text or Unix seconds."""
    match value:
        case Timestamp():
            return value
        case str():
            return parse_timestamp(value)
        case bool() | Uint():
            pass
        case int():
            return to_timestamp(value * 1_000_000_000)
        case _:
            pass
    raise no_overload("timestamp", value)


def duration_of(value: Any) -> Duration:
    """`duration(value)` of text such as `1h30m`."""
    match value:
        case Duration():
            return value
        case str():
            return parse_duration(value)
        case _:
            pass
    raise no_overload("duration", value)


def dyn(value: Any) -> Any:
    """`value`, of which the checker is to assume nothing."""
    return value


def _truncated(value: float) -> int:
    # The language leaves the doubles at the very ends of the range out.
    if not MIN_INT < value < MAX_UINT:
        raise EvaluationError("integer overflow")
    return int(value)


def _parsed(text: str, type_: str) -> int:
    # More digits than any 64-bit number has can't fit, whatever they are.
    digits = text.lstrip("+-0")
    is_signed = text[:1] in {"+", "-"}
    if _INTEGER.fullmatch(text) is None or len(digits) > _DIGITS or (is_signed and type_ == "uint"):
        raise EvaluationError(f"the text is no {type_}")
    magnitude = int(digits or "0")
    return -magnitude if text[0] == "-" else magnitude


def _shortest(value: float) -> str:
    """The shortest text that reads back as `value`, with an exponent where Go and C++ write one."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")
    exact = Decimal(repr(value))
    exponent = exact.adjusted()
    if exact == 0 or _MIN_EXPONENT <= exponent <= _MAX_EXPONENT:
        return f"{exact:f}".removesuffix(".0")
    digits = f"{exact:e}".partition("e")[0].rstrip("0").removesuffix(".")
    return f"{digits}e{exponent:+03}"


FUNCTIONS: Final[dict[str, Function]] = {
    "bool": bool_of,
    "bytes": bytes_of,
    "double": to_double,
    "duration": duration_of,
    "dyn": dyn,
    "int": int_of,
    "string": string_of,
    "timestamp": timestamp_of,
    "type": type_of,
    "uint": uint_of,
}
