"""Timestamps and durations: their text, their range, and their parts in a time zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import re2

from interlock.cel.values import Duration, Timestamp
from support.reference.errors import CelError

SECOND: Final = 10**9
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TIMESTAMP: Final = re2.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_UNITS: Final = {
    "h": 3600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": 10**6,
    "us": 10**3,
    "µs": 10**3,
    "\u03bcs": 10**3,
    "ns": 1,
}
_PART: Final = "([0-9]+\\.?[0-9]*|\\.[0-9]+)(h|ms|us|µs|\u03bcs|ns|m|s)"
_FIXED: Final = re2.compile("([+-]?)([0-9]{1,2}):([0-9]{1,2})")


def instant(nanoseconds: int) -> Timestamp:
    """The timestamp, if it is in the years 1 to 9999."""
    first, end = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    seconds = nanoseconds // SECOND
    if (
        not (first - _EPOCH) // timedelta(seconds=1)
        <= seconds
        < (end - _EPOCH) // timedelta(seconds=1) + 86_400
    ):
        raise CelError("timestamp out of range")
    return Timestamp(nanoseconds)


def span(nanoseconds: int) -> Duration:
    """The duration, if it fits into 64 bits."""
    if not -(2**63) <= nanoseconds < 2**63:
        raise CelError("duration out of range")
    return Duration(nanoseconds)


def timestamp(text: str) -> Timestamp:
    """`timestamp(text)`, by RFC 3339."""
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        raise CelError("no timestamp")
    clock, fraction, sign, hours, minutes = match.groups()
    if sign and (int(hours) > 23 or int(minutes) > 59):
        raise CelError("no timestamp")
    try:
        written = datetime.fromisoformat(clock).replace(tzinfo=UTC)
    except ValueError:
        raise CelError("no timestamp") from None
    offset = 0 if sign is None else _offset(sign, hours, minutes)
    seconds = (written - _EPOCH) // timedelta(seconds=1) - offset
    return instant(seconds * SECOND + int((fraction or "0")[:9].ljust(9, "0")))


def _offset(sign: str, hours: str, minutes: str) -> int:
    """Seconds east of UTC."""
    return (-1 if sign == "-" else 1) * (int(hours) * 3600 + int(minutes) * 60)


def duration(text: str) -> Duration:
    """`duration(text)`: numbers with units, or zero."""
    sign, unsigned = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if unsigned == "0":
        return Duration(0)
    if not re2.fullmatch(f"(?:{_PART})+", unsigned):
        raise CelError("no duration")
    parts = re2.findall(_PART, unsigned)
    return span(sign * sum(int(Fraction(number.rstrip(".")) * _UNITS[unit]) for number, unit in parts))


def seconds(value: Timestamp) -> int:
    """Whole seconds since the epoch."""
    return value.nanoseconds // SECOND


def timestamp_as_text(value: Timestamp) -> str:
    """`string(value)`, in UTC."""
    clock = (_EPOCH + timedelta(seconds=seconds(value))).strftime("%m-%dT%H:%M:%S")
    year = (_EPOCH + timedelta(seconds=seconds(value))).year
    return f"{year:04d}-{clock}{_fraction(value.nanoseconds % SECOND)}Z"


def duration_as_text(value: Duration) -> str:
    """`string(value)`, in seconds."""
    whole, rest = divmod(abs(value.nanoseconds), SECOND)
    return f"{'-' if value.nanoseconds < 0 else ''}{whole}{_fraction(rest)}s"


def _fraction(nanoseconds: int) -> str:
    return f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""


def _zone(name: str) -> tzinfo:
    """Offset or name; Go, and so cel-go, takes no name for UTC."""
    try:
        if match := _FIXED.fullmatch(name):
            return timezone(timedelta(seconds=_offset(*match.groups())))
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CelError("no time zone") from None


def _accessor(part: Callable[[datetime], int]) -> Callable[..., int]:
    """A function of a timestamp, and of a time zone if it is not UTC."""

    def access(value: Timestamp, zone: str = "UTC") -> int:
        moment = _EPOCH + timedelta(microseconds=value.nanoseconds // 1000)
        try:
            return part(moment.astimezone(_zone(zone)))
        except OverflowError:
            raise CelError("timestamp out of range") from None

    return access


_ACCESSORS: Final[dict[str, Callable[[datetime], int]]] = {
    "getFullYear": lambda t: t.year,
    "getMonth": lambda t: t.month - 1,
    "getDate": lambda t: t.day,
    "getDayOfMonth": lambda t: t.day - 1,
    "getDayOfWeek": lambda t: t.isoweekday() % 7,
    "getDayOfYear": lambda t: t.timetuple().tm_yday - 1,
    "getHours": lambda t: t.hour,
    "getMinutes": lambda t: t.minute,
    "getSeconds": lambda t: t.second,
    "getMilliseconds": lambda t: t.microsecond // 1000,
}


def _truncated(nanoseconds: int, unit: int) -> int:
    """How many whole units these are, toward zero."""
    return nanoseconds // unit if nanoseconds >= 0 else -(-nanoseconds // unit)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{f"timestamp.{name}()": _accessor(part) for name, part in _ACCESSORS.items()},
    **{f"timestamp.{name}(string)": _accessor(part) for name, part in _ACCESSORS.items()},
    "duration.getHours()": lambda a: _truncated(a.nanoseconds, _UNITS["h"]),
    "duration.getMinutes()": lambda a: _truncated(a.nanoseconds, _UNITS["m"]),
    "duration.getSeconds()": lambda a: _truncated(a.nanoseconds, SECOND),
    "duration.getMilliseconds()": lambda a: (
        _truncated(a.nanoseconds, _UNITS["ms"]) % 1000
        if a.nanoseconds >= 0
        else -(-_truncated(a.nanoseconds, _UNITS["ms"]) % 1000)
    ),
}
