"""Timestamps and durations: their text forms and their parts.

Timestamps are RFC 3339, cut to nanoseconds, durations are Go's. Time zones
are IANA names or fixed offsets such as `+02:00`; without one, UTC.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

import re2

from interlock.cel.libraries.arithmetic import to_duration, to_timestamp
from interlock.cel.libraries.overloads import Function, Overload
from interlock.cel.types import DURATION, INT, STRING, TIMESTAMP
from interlock.cel.values import Duration, EvaluationError, Timestamp
from interlock.zones import time_zone

_SECOND: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TIMESTAMP = re2.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))"
)
_DURATION = re2.compile(r"([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+|0)")
_DURATION_PART = re2.compile(r"(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|μs|ns)")
_PLAIN: Final = len("1970-01-01T00:00:00Z")
_MAX_DURATION: Final = 256
_OFFSET = re2.compile(r"([+-]?)(\d{1,2}):(\d{2})")

_UNITS: Final = {
    "h": 3600 * _SECOND,
    "m": 60 * _SECOND,
    "s": _SECOND,
    "ms": 1_000_000,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ns": 1,
}


def parse_timestamp(text: str) -> Timestamp:
    """The timestamp that RFC 3339 `text` names.

    Raises:
        EvaluationError: it is no such text, or out of range.
    """
    if len(text) == _PLAIN and text[4::3] == "--T::Z" and text[11:13] < "24":
        # Nearly all are in UTC and to the second. Python reads those alike, and 50 times as fast.
        try:
            return Timestamp(int(datetime.fromisoformat(text).timestamp()) * _SECOND)
        except ValueError:
            raise EvaluationError("the text is no RFC 3339 timestamp") from None
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise EvaluationError("the text is no RFC 3339 timestamp")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction, sign, hours_off, minutes_off = found.groups()[6:]
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise EvaluationError("the text is no RFC 3339 timestamp") from None
    offset = int(hours_off or 0) * 3600 + int(minutes_off or 0) * 60
    since = (at - _EPOCH) // timedelta(seconds=1) + (offset if sign == "-" else -offset)
    return to_timestamp(since * _SECOND + int((fraction or "0")[:9].ljust(9, "0")))


def parse_duration(text: str) -> Duration:
    """The duration that `text`, such as `1h30m` or `-0.5s`, names.

    Raises:
        EvaluationError: it is no such text, or out of range.
    """
    found = _DURATION.fullmatch(text) if len(text) <= _MAX_DURATION else None
    if found is None:
        raise EvaluationError("the text is no duration")
    nanoseconds = 0
    for whole, fraction, unit in _DURATION_PART.findall(found.group(2)):
        scale = _UNITS[unit]
        nanoseconds += int(whole or 0) * scale
        if fraction:
            nanoseconds += int(fraction) * scale // 10 ** len(fraction)
    return to_duration(-nanoseconds if found.group(1) == "-" else nanoseconds)


def format_timestamp(value: Timestamp) -> str:
    """RFC 3339 in UTC, with as many digits of a second as it needs."""
    seconds, fraction = divmod(value.nanoseconds, _SECOND)
    at = _EPOCH + timedelta(seconds=seconds)
    return f"{at.year:04}{at:-%m-%dT%H:%M:%S}{_fraction(fraction)}Z"


def format_duration(value: Duration) -> str:
    """Seconds with as many digits as needed, such as `1.5s`."""
    seconds, fraction = divmod(abs(value.nanoseconds), _SECOND)
    return f"{'-' if value.nanoseconds < 0 else ''}{seconds}{_fraction(fraction)}s"


def _fraction(nanoseconds: int) -> str:
    return f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""


def _zone(name: str) -> tzinfo:
    if found := _OFFSET.fullmatch(name):
        sign, away_hours, away_minutes = map(str, found.groups())
        offset = timedelta(hours=int(away_hours), minutes=int(away_minutes))
        try:
            return timezone(-offset if sign == "-" else offset)
        except ValueError:
            raise EvaluationError("the time zone is out of range") from None
    try:
        return time_zone(name)
    except ValueError:
        raise EvaluationError("unknown time zone") from None


def _civil(value: Timestamp, zone: str = "") -> datetime:
    """The calendar time of a timestamp in the zone, to the second."""
    at = _EPOCH + timedelta(seconds=value.nanoseconds // _SECOND)
    try:
        return at.astimezone(_zone(zone)) if zone else at
    except OverflowError:
        raise EvaluationError("timestamp out of range") from None


def _whole(value: Duration, unit: int) -> int:
    """How many whole units the duration has, with its sign."""
    whole = abs(value.nanoseconds) // unit
    return -whole if value.nanoseconds < 0 else whole


def _milliseconds(value: Timestamp, zone: str = "") -> int:
    """The milliseconds within the second."""
    _civil(value, zone)
    return value.nanoseconds % _SECOND // 1_000_000


def _duration_milliseconds(value: Duration) -> int:
    return _whole(value, 1_000_000) - 1000 * _whole(value, _SECOND)


def _part(of: Callable[[datetime], int]) -> Function:
    return lambda value, zone="": of(_civil(value, zone))


def _of_timestamp(function: str, id_: str, with_zone: str, compute: Function) -> tuple[Overload, ...]:
    return tuple(
        Overload(id=each, function=function, parameters=parameters, result=INT, compute=compute, is_member=True)
        for each, parameters in ((id_, (TIMESTAMP,)), (with_zone, (TIMESTAMP, STRING)))
    )


def _of_duration(function: str, id_: str, compute: Function) -> Overload:
    return Overload(
        id=id_, function=function, parameters=(DURATION,), result=INT, compute=compute, is_member=True
    )


_PARTS: Final[tuple[tuple[str, str, Function], ...]] = (
    ("getFullYear", "year", _part(lambda at: at.year)),
    # Months, days of a month and days of a year count from 0, dates from 1, days of a week from Sunday.
    ("getMonth", "month", _part(lambda at: at.month - 1)),
    ("getDayOfYear", "day_of_year", _part(lambda at: at.timetuple().tm_yday - 1)),
    ("getDayOfMonth", "day_of_month", _part(lambda at: at.day - 1)),
    ("getDate", "day_of_month_1_based", _part(lambda at: at.day)),
    ("getDayOfWeek", "day_of_week", _part(lambda at: at.isoweekday() % 7)),
    ("getHours", "hours", _part(lambda at: at.hour)),
    ("getMinutes", "minutes", _part(lambda at: at.minute)),
    ("getMilliseconds", "milliseconds", _milliseconds),
)

OVERLOADS: Final = (
    *(
        overload
        for function, name, compute in _PARTS
        for overload in _of_timestamp(function, f"timestamp_to_{name}", f"timestamp_to_{name}_with_tz", compute)
    ),
    *_of_timestamp(
        "getSeconds", "timestamp_to_seconds", "timestamp_to_seconds_tz", _part(lambda at: at.second)
    ),
    _of_duration("getHours", "duration_to_hours", lambda value: _whole(value, 3600 * _SECOND)),
    _of_duration("getMinutes", "duration_to_minutes", lambda value: _whole(value, 60 * _SECOND)),
    _of_duration("getSeconds", "duration_to_seconds", lambda value: _whole(value, _SECOND)),
    _of_duration("getMilliseconds", "duration_to_milliseconds", _duration_milliseconds),
)
