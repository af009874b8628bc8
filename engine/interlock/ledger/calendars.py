"""When the windows of calendars start and end, by the clock of a time zone.

A window starts at the first instant at which the clock shows its start or
later. So a start that the clock skips is the instant after the gap, and of one
that it shows twice the first counts. Hours start whenever the clock shows a
full hour or skips one, so the hour that is shown twice in autumn is two hours.

Nothing here reads the time.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from interlock.instants import instant_of
from interlock.model.window import Calendar, Period
from interlock.units import Instant
from interlock.zones import time_zone

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = 1000
_HOUR: Final = 60 * 60 * 1000
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_YEAR: Final = 12
_MONTHS: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: _YEAR}


def bounds(window: Calendar, now: Instant) -> tuple[Instant, Instant]:
    """The start of the window that `now` is in, and the start of the next one."""
    zone = time_zone(window.zone)
    if window.period is Period.HOUR:
        return _hour(zone, now)
    day, following = _days(window, _shown(zone, now).date())
    start, end = _first(zone, day), _first(zone, following)
    while end <= now:  # the clock was set back over the start of a window, or skipped a window
        _, following = _days(window, following)
        start, end = end, _first(zone, following)
    return start, end


def _days(window: Calendar, day: date) -> tuple[date, date]:
    """The first day of the window that `day` is in by the calendar, and that of the next one."""
    if window.period is Period.DAY:
        return day, day + _DAY
    if window.period is Period.WEEK:
        start = day - (day.isoweekday() - window.start_day) % _WEEK * _DAY
        return start, start + _WEEK * _DAY
    length = _MONTHS[window.period]
    month = day.year * _YEAR + day.month - 1 - (day.day < window.start_day)
    month -= (month - window.start_month + 1) % length
    return _day(month, window.start_day), _day(month + length, window.start_day)


def _day(month: int, day: int) -> date:
    return date(month // _YEAR, month % _YEAR + 1, day)


def _first(zone: tzinfo, day: date) -> Instant:
    """The first instant at which the clock of `zone` shows the midnight that `day` starts with, or later."""
    midnight = datetime.combine(day, time(), zone)
    first, other = instant_of(midnight), instant_of(midnight.replace(fold=1))
    if first <= other:
        return first
    # The clock skips it: it was set forward at an instant between the two, which Python has no name for.
    skipping = range(other, first, _SECOND)
    shown = midnight.replace(tzinfo=None)
    return Instant(other + _SECOND * bisect_left(skipping, shown, key=lambda at: _shown(zone, at)))


def _hour(zone: tzinfo, now: Instant) -> tuple[Instant, Instant]:
    """The last start of an hour by `now`, and the first one after it.

    Clocks are set by less than an hour only where that makes one hour shorter,
    or longer by as much: less than two hours either way are enough to look at.
    """
    early, late = now - 2 * _HOUR, now + 2 * _HOUR
    before, after = _ahead(zone, early), _ahead(zone, late)
    starts = {at - (at + ahead) % _HOUR for ahead in (before, after) for at in range(early, late + 1, _HOUR)}
    if before != after:
        steps = range(early - early % _SECOND, late, _SECOND)
        starts.add(steps[0] + _SECOND * bisect_left(steps, x=True, key=lambda at: _ahead(zone, at) != before))
    starts = {at for at in starts if _starts_hour(zone, at)}
    return Instant(max(at for at in starts if at <= now)), Instant(min(at for at in starts if at > now))


def _starts_hour(zone: tzinfo, at: int) -> bool:
    """Whether the clock shows a full hour at `at`, or skipped one just before."""
    before, shown = at - 1 + _ahead(zone, at - 1), at + _ahead(zone, at)
    return shown % _HOUR == 0 or shown // _HOUR > before // _HOUR


def _shown(zone: tzinfo, at: int) -> datetime:
    """What the clock of `zone` shows at `at`."""
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(zone).replace(tzinfo=None)


def _ahead(zone: tzinfo, at: int) -> int:
    """How many milliseconds the clock of `zone` is ahead of UTC at `at`."""
    return instant_of(_shown(zone, at).replace(tzinfo=UTC)) - at
