"""Timestamps and durations: their text forms and their parts.

Timestamps are RFC 3339, cut to nanoseconds, durations are Go's. Time zones
are IANA names or fixed offsets such as `+02:00`; without one, UTC.
"""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import re2

from interlock.cel.libraries.arithmetic import to_duration, to_timestamp
from interlock.cel.libraries.overloads import Function, no_overload
from interlock.cel.values import Duration, EvaluationError, Timestamp

_SECOND: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TIMESTAMP = re2.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))"
)
_DURATION = re2.compile(r"([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+|0)")
_DURATION_PART = re2.compile(r"(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|μs|ns)")
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


def _zone(name: Any) -> tzinfo:
    if not isinstance(name, str):
        raise no_overload("time zone", name)
    if not name:
        return UTC
    if found := _OFFSET.fullmatch(name):
        sign, away_hours, away_minutes = map(str, found.groups())
        offset = timedelta(hours=int(away_hours), minutes=int(away_minutes))
        try:
            return timezone(-offset if sign == "-" else offset)
        except ValueError:
            raise EvaluationError("the time zone is out of range") from None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise EvaluationError("unknown time zone") from None


def _civil(function: str, value: Any, zone: tuple[Any, ...]) -> datetime:
    """The calendar time of a timestamp in the zone, to the second."""
    if not isinstance(value, Timestamp) or len(zone) > 1:
        raise no_overload(function, value, *zone)
    at = _EPOCH + timedelta(seconds=value.nanoseconds // _SECOND)
    try:
        return at.astimezone(_zone(zone[0])) if zone else at
    except OverflowError:
        raise EvaluationError("timestamp out of range") from None


def year(value: Any, *zone: Any) -> int:
    """The year."""
    return _civil("getFullYear", value, zone).year


def month(value: Any, *zone: Any) -> int:
    """The month, from 0."""
    return _civil("getMonth", value, zone).month - 1


def day_of_month(value: Any, *zone: Any) -> int:
    """The day of the month, from 0."""
    return _civil("getDayOfMonth", value, zone).day - 1


def date(value: Any, *zone: Any) -> int:
    """The day of the month, from 1."""
    return _civil("getDate", value, zone).day


def day_of_week(value: Any, *zone: Any) -> int:
    """The day of the week, from 0 for Sunday."""
    return _civil("getDayOfWeek", value, zone).isoweekday() % 7


def day_of_year(value: Any, *zone: Any) -> int:
    """The day of the year, from 0."""
    return _civil("getDayOfYear", value, zone).timetuple().tm_yday - 1


def hours(value: Any, *zone: Any) -> int:
    """The hour of a timestamp; all whole hours of a duration."""
    if isinstance(value, Duration) and not zone:
        return _whole(value, 3600 * _SECOND)
    return _civil("getHours", value, zone).hour


def minutes(value: Any, *zone: Any) -> int:
    """The minute of a timestamp; all whole minutes of a duration."""
    if isinstance(value, Duration) and not zone:
        return _whole(value, 60 * _SECOND)
    return _civil("getMinutes", value, zone).minute


def seconds(value: Any, *zone: Any) -> int:
    """The second of a timestamp; all whole seconds of a duration."""
    if isinstance(value, Duration) and not zone:
        return _whole(value, _SECOND)
    return _civil("getSeconds", value, zone).second


def milliseconds(value: Any, *zone: Any) -> int:
    """The milliseconds within the second."""
    if isinstance(value, Duration) and not zone:
        return _whole(value, 1_000_000) - 1000 * _whole(value, _SECOND)
    _civil("getMilliseconds", value, zone)
    return int(value.nanoseconds % _SECOND // 1_000_000)


def _whole(value: Duration, unit: int) -> int:
    """How many whole units the duration has, with its sign."""
    whole = abs(value.nanoseconds) // unit
    return -whole if value.nanoseconds < 0 else whole


FUNCTIONS: Final[dict[str, Function]] = {
    "getDate": date,
    "getDayOfMonth": day_of_month,
    "getDayOfWeek": day_of_week,
    "getDayOfYear": day_of_year,
    "getFullYear": year,
    "getHours": hours,
    "getMilliseconds": milliseconds,
    "getMinutes": minutes,
    "getMonth": month,
    "getSeconds": seconds,
}
