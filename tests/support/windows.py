"""Windows as anybody would find them with a clock on the wall, who notes what it shows as time goes by."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from interlock.model.window import Calendar, Period
from interlock.units import Instant
from interlock.zones import time_zone

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EARLIEST: Final = -DAY
_LATEST: Final = 68 * 365 * DAY


def at(text: str) -> Instant:
    """The instant of a time with its offset from UTC."""
    return Instant(int(datetime.fromisoformat(text).timestamp() * SECOND))


def wall(zone: str, now: int) -> datetime:
    """What the clock of `zone` shows."""
    local = datetime.fromtimestamp(now // SECOND, time_zone(zone))
    return local.replace(tzinfo=None, fold=0, microsecond=now % SECOND * 1000)


def set_at(zone: str) -> Iterator[Instant]:
    """When the clock of `zone` is set forward or back, until 2037."""
    for start in range(_EARLIEST, _LATEST, DAY // 2):
        if _offset(zone, start) != _offset(zone, start + DAY // 2):
            yield _change(zone, start, start + DAY // 2)


def _change(zone: str, early: int, late: int) -> Instant:
    offset = _offset(zone, early)
    while late - early > SECOND:
        middle = (early + late) // 2 // SECOND * SECOND
        early, late = (middle, late) if _offset(zone, middle) == offset else (early, middle)
    return Instant(late)


def around(moment: Instant) -> list[Instant]:
    """Instants in a bit more than a day before and after `moment`, minute by minute where it is near."""
    half = moment - moment % (30 * MINUTE)
    minute = moment - moment % MINUTE
    days = range(half - 26 * HOUR, half + 26 * HOUR, 30 * MINUTE)
    hours = range(minute - 80 * MINUTE, minute + 80 * MINUTE, MINUTE)
    return [Instant(each) for each in sorted({*days, *hours, moment - 1, moment})]


def starts(window: Calendar, clock: Iterable[datetime]) -> Iterator[bool]:
    """For each time that a clock shows, one after the other, whether a window started since the one before."""
    before: tuple[int, ...] = ()
    latest: tuple[int, ...] = ()
    for shown in clock:
        label = _label(window, shown)
        if window.period is Period.HOUR:
            yield label > before or shown.minute == shown.second == shown.microsecond == 0
        else:
            yield label > latest
        before, latest = label, max(latest, label)


def _label(window: Calendar, shown: datetime) -> tuple[int, ...]:
    """What people call the window that a clock shows the time of: the later, the greater."""
    if window.period is Period.HOUR:
        return shown.toordinal(), shown.hour
    if window.period is Period.DAY:
        return (shown.toordinal(),)
    day: date = shown.date() - timedelta(days=window.start_day - 1)
    if window.period is Period.WEEK:
        return day.isocalendar()[:2]
    months = day.year * 12 + day.month - window.start_month
    return (months // {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[window.period],)


def _offset(zone: str, now: int) -> timedelta | None:
    return datetime.fromtimestamp(now // SECOND, UTC).astimezone(time_zone(zone)).utcoffset()
