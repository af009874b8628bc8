"""Where in an account a request at some instant books, and what counts for it.

Laws (tests/properties/test_window_laws.py): windows of one calendar follow
each other without gap or overlap; over no span as long as a rolling window is
more used than its limit. Time zones are read here, the time never is.
"""

from datetime import UTC, datetime
from typing import Final, assert_never

from msgspec import Struct

from interlock.instants import instant_of
from interlock.ledger.calendars import bounds
from interlock.ledger.hold import FOREVER
from interlock.model.window import Calendar, Lifetime, PerRun, Rolling, Window
from interlock.units import Instant, Milliseconds

BUCKETS: Final = 60
"""How many parts a rolling window has: what is used counts for at most one of them too long."""

_FIRST: Final = Instant(0)
_LAST: Final = instant_of(datetime(9998, 12, 31, tzinfo=UTC))
_MOST_REMEMBERED: Final = 4096


class Span(Struct, frozen=True, kw_only=True, gc=False):
    """What a line of a hold says of time.

    It is booked in `bucket`, which counts until `forgets`, together with all
    buckets from `since` on. From `ends` on what it uses counts no more, where
    it is known when that is.
    """

    bucket: Instant
    since: Instant
    forgets: Instant
    ends: Instant | None


_LIFETIME: Final = Span(bucket=_FIRST, since=_FIRST, forgets=FOREVER, ends=None)

# Requests ask one after the other, so the window of the last one is nearly always that of the next.
_remembered: dict[Calendar, Span] = {}


def span(window: Window, now: Instant) -> Span:
    """The part of `window` that `now` is in.

    Calendars know the years 1970 to 9998. What is before is in the window that
    1970 starts in, in UTC; the window that 9998 ends in has no end.
    """
    match window:
        case Calendar():
            known = _remembered.get(window)
            return known if known is not None and known.since <= now < known.forgets else _found(window, now)
        case Rolling():
            return _rolling(window.length, now)
        case Lifetime():
            return _LIFETIME
        case PerRun():
            return Span(bucket=_FIRST, since=_FIRST, forgets=_until(now + window.idle), ends=None)
        case _:
            assert_never(window)


def _found(window: Calendar, now: Instant) -> Span:
    start, end = bounds(window, min(max(now, _FIRST), _LAST))
    if end > _LAST:
        end = FOREVER
    found = Span(bucket=start, since=start, forgets=end, ends=end)
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[window] = found
    return found


def _rolling(length: Milliseconds, now: Instant) -> Span:
    width = max(1, -(-length // BUCKETS))
    bucket = now - now % width
    oldest = now - length + 1
    # The first instant that is too far from the last one of the bucket.
    forgets = _until(bucket + width - 1 + length)
    return Span(bucket=Instant(bucket), since=Instant(oldest - oldest % width), forgets=forgets, ends=forgets)


def _until(instant: int) -> Instant:
    return Instant(min(instant, FOREVER))
