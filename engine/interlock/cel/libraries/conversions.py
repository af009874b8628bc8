"""Conversions between types, and `type` itself."""

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import re2

from interlock.cel.libraries.arithmetic import to_int, to_timestamp, to_uint
from interlock.cel.libraries.overloads import Function, Overload
from interlock.cel.libraries.temporal import (
    format_duration,
    format_timestamp,
    parse_duration,
    parse_timestamp,
)
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
from interlock.cel.values import MAX_UINT, MIN_INT, EvaluationError, Timestamp, Uint, type_of

_SECOND: Final = 1_000_000_000
_DIGITS: Final = 20
# The powers of ten that `%g` writes without an exponent.
_MIN_EXPONENT: Final = -4
_MAX_EXPONENT: Final = 5
_INTEGER = re2.compile(r"[+-]?\d+")
_DOUBLE = re2.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:inf|infinity|nan))")

_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "false", "FALSE", "False"})


def _double(text: str) -> float:
    if _DOUBLE.fullmatch(text):
        return float(text)
    raise EvaluationError("the text is no double")


def _int(value: float) -> int:
    return to_int(_truncated(value))


def _uint(value: float) -> Uint:
    if value < 0:  # also what would be cut to zero, as in Go and C++
        raise EvaluationError("unsigned integer overflow")
    return to_uint(_truncated(value))


def _int_in(text: str) -> int:
    return to_int(_parsed(text, "int"))


def _uint_in(text: str) -> Uint:
    return to_uint(_parsed(text, "uint"))


def _bool(text: str) -> bool:
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise EvaluationError("the text is no bool")


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise EvaluationError("invalid UTF-8 in bytes") from None


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EvaluationError("lone surrogate in string") from None


def _unix_seconds(value: Timestamp) -> int:
    return value.nanoseconds // _SECOND


def _timestamp(seconds: int) -> Timestamp:
    return to_timestamp(seconds * _SECOND)


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


def _to(type_: CelType, function: str, *sources: tuple[str, CelType, Function]) -> Iterator[Overload]:
    for id_, source, compute in sources:
        yield Overload(id=id_, function=function, parameters=(source,), result=type_, compute=compute)


_ANY: Final = parameter("A")

OVERLOADS: Final = (
    *_to(BOOL, "bool", ("bool_to_bool", BOOL, dyn), ("string_to_bool", STRING, _bool)),
    *_to(BYTES, "bytes", ("bytes_to_bytes", BYTES, dyn), ("string_to_bytes", STRING, _bytes)),
    *_to(
        DOUBLE,
        "double",
        ("double_to_double", DOUBLE, dyn),
        ("int64_to_double", INT, float),
        ("uint64_to_double", UINT, float),
        ("string_to_double", STRING, _double),
    ),
    *_to(
        DURATION,
        "duration",
        ("duration_to_duration", DURATION, dyn),
        ("string_to_duration", STRING, parse_duration),
    ),
    *_to(
        INT,
        "int",
        ("int64_to_int64", INT, to_int),
        ("uint64_to_int64", UINT, lambda value: to_int(int(value))),
        ("double_to_int64", DOUBLE, _int),
        ("string_to_int64", STRING, _int_in),
        ("timestamp_to_int64", TIMESTAMP, _unix_seconds),
        ("duration_to_int64", DURATION, lambda value: value.nanoseconds),
    ),
    *_to(
        UINT,
        "uint",
        ("uint64_to_uint64", UINT, to_uint),
        ("int64_to_uint64", INT, to_uint),
        ("double_to_uint64", DOUBLE, _uint),
        ("string_to_uint64", STRING, _uint_in),
    ),
    *_to(
        STRING,
        "string",
        ("string_to_string", STRING, dyn),
        ("bool_to_string", BOOL, lambda value: "true" if value else "false"),
        ("int64_to_string", INT, str),
        ("uint64_to_string", UINT, str),
        ("double_to_string", DOUBLE, _shortest),
        ("bytes_to_string", BYTES, _text),
        ("timestamp_to_string", TIMESTAMP, format_timestamp),
        ("duration_to_string", DURATION, format_duration),
    ),
    *_to(
        TIMESTAMP,
        "timestamp",
        ("timestamp_to_timestamp", TIMESTAMP, dyn),
        ("int64_to_timestamp", INT, _timestamp),
        ("string_to_timestamp", STRING, parse_timestamp),
    ),
    Overload(id="to_dyn", function="dyn", parameters=(_ANY,), result=DYN, compute=dyn),
    Overload(id="type", function="type", parameters=(_ANY,), result=CelType("type", (_ANY,)), compute=type_of),
)
