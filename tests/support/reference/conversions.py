"""Conversions between types, each named after its target."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import re2

from interlock.cel.values import Uint
from support.reference import times
from support.reference.errors import CelError
from support.reference.kinds import int64, uint64

_DOUBLE: Final = re2.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity|nan))")
_TRUE: Final = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE: Final = {"0", "f", "F", "false", "FALSE", "False"}


def _parsed(pattern: Any, text: str, convert: Callable[[str], Any]) -> Any:
    if not re2.fullmatch(pattern, text):
        raise CelError("the text can't be converted")
    return convert(text)


def _whole(number: float, least: float, bound: float) -> int:
    """Rounded toward zero, if it is between `least` and `bound`."""
    if not least < number < bound:
        raise CelError("double out of range")
    return math.trunc(number)


def _bool(text: str) -> bool:
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise CelError("the text is no bool")


def _decoded(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise CelError("no UTF-8") from None


def _double_as_text(number: float) -> str:
    """The fewest digits that give the number; with an exponent below 1e-4 and from 1e+6 on, as in Go."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    decimal = Decimal(repr(number)).normalize()
    if number == 0 or -4 <= (scale := decimal.adjusted()) < 6:
        return f"{decimal:f}"
    return f"{decimal.scaleb(-scale):f}e{scale:+03d}"


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "bool(bool)": lambda a: a,
    "bool(string)": _bool,
    "bytes(bytes)": lambda a: a,
    "bytes(string)": lambda a: a.encode(),
    "double(double)": lambda a: a,
    "double(int)": float,
    "double(uint)": float,
    "double(string)": lambda a: _parsed(_DOUBLE, a, float),
    "int(int)": lambda a: a,
    "int(uint)": int64,
    "int(double)": lambda a: _whole(a, -(2.0**63), 2.0**63),
    "int(string)": lambda a: int64(_parsed("[+-]?[0-9]+", a, int)),
    "int(timestamp)": times.seconds,
    "uint(uint)": lambda a: a,
    "uint(int)": uint64,
    # Everything from -1 on would round to zero, but the implementations refuse what is negative.
    "uint(double)": lambda a: Uint(_whole(a, math.nextafter(0, -1), 2.0**64)),
    "uint(string)": lambda a: uint64(_parsed("[0-9]+", a, int)),
    "string(string)": lambda a: a,
    "string(bool)": lambda a: "true" if a else "false",
    "string(int)": str,
    "string(uint)": lambda a: str(int(a)),
    "string(double)": _double_as_text,
    "string(bytes)": _decoded,
    "string(timestamp)": times.timestamp_as_text,
    "string(duration)": times.duration_as_text,
    "timestamp(timestamp)": lambda a: a,
    "timestamp(int)": lambda a: times.instant(a * times.SECOND),
    "timestamp(string)": times.timestamp,
    "duration(duration)": lambda a: a,
    "duration(string)": times.duration,
}
