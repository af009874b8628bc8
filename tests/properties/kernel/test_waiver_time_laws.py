"""When a waiver applies: from its start until just before its expiry, whatever clock they are read from."""

from calendar import timegm
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from interlock.kernel.waivers import lift
from interlock.loading.kinds.waiver import InstantText
from interlock.units import Instant
from support.laws import TWO_LAYERS, VIOLATION, WAIVER

WRITTEN: Final = TypeAdapter[int](InstantText)
MOMENT: Final = timedelta(milliseconds=1)
HOUR: Final = timedelta(hours=1)
NEW_YORK: Final = ZoneInfo("America/New_York")
SAMOA: Final = ZoneInfo("Pacific/Apia")
UTC: Final = ZoneInfo("UTC")


def instant(time: datetime) -> Instant:
    """Milliseconds since 1970, by the calendar of UTC."""
    return Instant(timegm(time.utctimetuple()) * 1000 + time.microsecond // 1000)


def in_utc(time: datetime) -> datetime:
    """The same instant, where adding a duration is adding to the instant."""
    return time.astimezone(UTC)


@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),  # noqa: DTZ001
    st.integers(1, 400 * 24 * 3600 * 1000).map(lambda count: count * MOMENT),
    st.timezones(),
)
# The clock is put forward, and back; a leap day ends, and one is not; a zone has no 30 December 2011.
@example(datetime(2026, 3, 8, 1, 59, 59, 999_000, tzinfo=NEW_YORK), MOMENT, NEW_YORK)
@example(datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK), HOUR, NEW_YORK)
@example(datetime(2026, 11, 1, 1, 59, 59, 999_000, tzinfo=NEW_YORK, fold=1), MOMENT, UTC)
@example(datetime(2028, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC), MOMENT, SAMOA)
@example(datetime(2100, 2, 28, 23, 30, tzinfo=UTC), HOUR, NEW_YORK)
@example(datetime(2011, 12, 29, 23, 59, 59, 999_000, tzinfo=SAMOA), MOMENT, SAMOA)
def test_expiry_half_open(starts: datetime, lasts: timedelta, zone: ZoneInfo) -> None:
    """Both ends are written as clocks on walls show them, each with its own offset from UTC."""
    expires = (in_utc(starts) + lasts).astimezone(zone)
    first, end = (
        Instant(WRITTEN.validate_python(time.isoformat(timespec="milliseconds"))) for time in (starts, expires)
    )
    assert (first, end) == (instant(starts), instant(expires))
    made = replace(WAIVER, starts=first, expires=end)
    for now in (first - 1, first, first + 1, end - 1, end, end + 1):
        found = lift(VIOLATION, [made], TWO_LAYERS, now=Instant(now), covers=lambda _: True)
        assert (found.waiver is not None) is (first <= now < end), now
