"""Where requests book, and until when it counts, in cases that can be read."""

from typing import Any

import pytest

from interlock.instants import rfc3339
from interlock.ledger.hold import FOREVER
from interlock.ledger.windows import Span, span
from interlock.model.window import Calendar, Lifetime, Period, PerRun, Rolling
from interlock.units import Instant, Milliseconds
from support.windows import DAY, HOUR, MINUTE, SECOND, at


def window(period: str, zone: str = "UTC", **start: int) -> Calendar:
    return Calendar(period=Period(period), zone=zone, **start)


def told(calendar: Calendar, now: str) -> tuple[str, str]:
    found = span(calendar, at(now))
    assert found.bucket == found.since
    assert found.ends == found.forgets
    return rfc3339(found.since)[:16], rfc3339(found.forgets)[:16]


@pytest.mark.parametrize(
    ("calendar", "start", "end"),
    [
        (window("hour"), "2026-05-14T09:00", "2026-05-14T10:00"),
        (window("day"), "2026-05-14T00:00", "2026-05-15T00:00"),
        (window("week"), "2026-05-11T00:00", "2026-05-18T00:00"),
        (window("week", start_day=4), "2026-05-14T00:00", "2026-05-21T00:00"),
        (window("week", start_day=5), "2026-05-08T00:00", "2026-05-15T00:00"),
        (window("week", start_day=7), "2026-05-10T00:00", "2026-05-17T00:00"),
        (window("month"), "2026-05-01T00:00", "2026-06-01T00:00"),
        (window("month", start_day=14), "2026-05-14T00:00", "2026-06-14T00:00"),
        (window("month", start_day=15), "2026-04-15T00:00", "2026-05-15T00:00"),
        (window("month", start_day=28), "2026-04-28T00:00", "2026-05-28T00:00"),
        (window("quarter"), "2026-04-01T00:00", "2026-07-01T00:00"),
        (window("quarter", start_month=2), "2026-05-01T00:00", "2026-08-01T00:00"),
        (window("quarter", start_month=3), "2026-03-01T00:00", "2026-06-01T00:00"),
        (window("quarter", start_month=12), "2026-03-01T00:00", "2026-06-01T00:00"),
        (window("quarter", start_month=2, start_day=15), "2026-02-15T00:00", "2026-05-15T00:00"),
        (window("year"), "2026-01-01T00:00", "2027-01-01T00:00"),
        (window("year", start_month=4, start_day=6), "2026-04-06T00:00", "2027-04-06T00:00"),
        (window("year", start_month=7), "2025-07-01T00:00", "2026-07-01T00:00"),
        (window("day", "Asia/Kathmandu"), "2026-05-13T18:15", "2026-05-14T18:15"),
        (window("hour", "Asia/Kathmandu"), "2026-05-14T09:15", "2026-05-14T10:15"),
        (window("month", "Pacific/Kiritimati"), "2026-04-30T10:00", "2026-05-31T10:00"),
        (window("month", "Etc/GMT+12"), "2026-05-01T12:00", "2026-06-01T12:00"),
    ],
    ids=str,
)
def test_a_window_is_the_calendars(calendar: Calendar, start: str, end: str) -> None:
    assert told(calendar, "2026-05-14T09:26:53.589Z") == (start, end)


@pytest.mark.parametrize(
    ("calendar", "now", "start", "end"),
    [
        # 23 hours, and 25.
        (window("day", "Europe/Berlin"), "2026-03-29T12:00Z", "2026-03-28T23:00", "2026-03-29T22:00"),
        (window("day", "Europe/Berlin"), "2026-10-25T12:00Z", "2026-10-24T22:00", "2026-10-25T23:00"),
        (window("month", "Europe/Berlin"), "2026-03-29T12:00Z", "2026-02-28T23:00", "2026-03-31T22:00"),
        # Midnight is skipped: the day starts at one o'clock.
        (window("day", "America/Sao_Paulo"), "2018-11-04T12:00Z", "2018-11-04T03:00", "2018-11-05T02:00"),
        (window("day", "America/Sao_Paulo"), "2018-11-04T02:59Z", "2018-11-03T03:00", "2018-11-04T03:00"),
        (window("day", "Africa/Cairo"), "2024-04-26T12:00Z", "2024-04-25T22:00", "2024-04-26T21:00"),
        (window("day", "Asia/Beirut"), "2024-03-31T12:00Z", "2024-03-30T22:00", "2024-03-31T21:00"),
        # At midnight it is eleven again: that day goes on.
        (window("day", "America/Sao_Paulo"), "2018-02-18T02:30Z", "2018-02-17T02:00", "2018-02-18T03:00"),
        # Midnight is shown twice: the first counts.
        (window("day", "America/Havana"), "2024-11-03T05:30Z", "2024-11-03T04:00", "2024-11-04T05:00"),
        # The same, and after a minute of the new day it is the old day again: the new one has started.
        (window("day", "America/St_Johns"), "2006-10-29T02:45Z", "2006-10-29T02:30", "2006-10-30T03:30"),
        # 30 December 2011 was no day in Samoa.
        (window("day", "Pacific/Apia"), "2011-12-30T09:59Z", "2011-12-29T10:00", "2011-12-30T10:00"),
        (window("day", "Pacific/Apia"), "2011-12-30T10:00Z", "2011-12-30T10:00", "2011-12-31T10:00"),
        # From two to three o'clock, and again.
        (window("hour", "Europe/Berlin"), "2026-10-25T00:30Z", "2026-10-25T00:00", "2026-10-25T01:00"),
        (window("hour", "Europe/Berlin"), "2026-10-25T01:30Z", "2026-10-25T01:00", "2026-10-25T02:00"),
        # There is none from two to three o'clock.
        (window("hour", "Europe/Berlin"), "2026-03-29T00:59Z", "2026-03-29T00:00", "2026-03-29T01:00"),
        (window("hour", "Europe/Berlin"), "2026-03-29T01:00Z", "2026-03-29T01:00", "2026-03-29T02:00"),
        # Set by half an hour: in spring an hour has 30 minutes, in autumn one has 90.
        (window("hour", "Australia/Lord_Howe"), "2026-10-03T15:40Z", "2026-10-03T15:30", "2026-10-03T16:00"),
        (window("hour", "Australia/Lord_Howe"), "2026-04-04T15:20Z", "2026-04-04T14:00", "2026-04-04T15:30"),
        # Nepal went from 5:30 to 5:45 at midnight.
        (window("hour", "Asia/Kathmandu"), "1985-12-31T18:31Z", "1985-12-31T18:30", "1985-12-31T19:15"),
    ],
    ids=str,
)
def test_clocks_that_are_set_are_followed(calendar: Calendar, now: str, start: str, end: str) -> None:
    assert told(calendar, now) == (start, end)


@pytest.mark.parametrize("period", list(Period))
def test_a_window_ends_just_before_the_next_one_starts(period: Period) -> None:
    calendar = Calendar(period=period, zone="America/New_York")
    first = span(calendar, at("2026-03-08T12:00Z"))
    assert first.ends is not None
    following = span(calendar, first.ends)
    assert following.since == first.ends
    assert span(calendar, Instant(first.ends - 1)) == first == span(calendar, first.since)


@pytest.mark.parametrize("period", list(Period))
def test_what_is_before_1970_is_in_the_window_that_it_starts_in(period: Period) -> None:
    calendar = Calendar(period=period, zone="Australia/Sydney")
    assert span(calendar, Instant(-(10**18))) == span(calendar, Instant(-1)) == span(calendar, Instant(0))


@pytest.mark.parametrize("period", list(Period))
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_window_that_9998_ends_in_has_no_end(period: Period, zone: str) -> None:
    calendar = Calendar(period=period, zone=zone)
    last = span(calendar, at("9998-12-31T00:00Z"))
    assert last.forgets == last.ends == FOREVER
    assert span(calendar, Instant(FOREVER - 1)) == span(calendar, Instant(10**18)) == last
    assert span(calendar, Instant(last.since - 1)).ends == last.since


def test_a_window_of_no_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="`Mars/Olympus` is no time zone"):
        span(window("day", "Mars/Olympus"), Instant(0))


@pytest.mark.parametrize(
    ("length", "now", "bucket", "since", "forgets"),
    [
        # A minute each: what is used from 9:26 on counts till 10:27, and at 9:26:53 what was used from 8:26 on.
        (HOUR, "1970-01-01T09:26:53Z", "09:26:00.000", "08:26:00.000", "10:26:59.999"),
        (HOUR, "1970-01-01T09:26:59.999Z", "09:26:00.000", "08:27:00.000", "10:26:59.999"),
        (HOUR, "1970-01-01T09:27:00Z", "09:27:00.000", "08:27:00.000", "10:27:59.999"),
        # 61 seconds in buckets of 1017 milliseconds.
        (61 * SECOND, "1970-01-01T00:02:00Z", "00:01:58.989", "00:00:58.986", "00:03:01.005"),
        (1, "1970-01-01T00:00:07.004Z", "00:00:07.004", "00:00:07.004", "00:00:07.005"),
    ],
)
def test_a_rolling_window_has_sixty_parts(length: int, now: str, bucket: str, since: str, forgets: str) -> None:
    found = span(Rolling(Milliseconds(length)), at(now))
    assert [rfc3339(each)[11:-1] for each in (found.bucket, found.since, found.forgets)] == [
        bucket,
        since,
        forgets,
    ]
    assert found.ends == found.forgets


@pytest.mark.parametrize("now", [-1, 0, DAY, 10**18])
def test_a_lifetime_never_ends(now: int) -> None:
    assert span(Lifetime(), Instant(now)) == spanning(0, 0, FOREVER)


def test_an_account_of_a_run_is_forgotten_when_it_was_idle() -> None:
    window = PerRun(Milliseconds(30 * MINUTE))
    assert span(window, Instant(DAY)) == spanning(0, 0, DAY + 30 * MINUTE)


@pytest.mark.parametrize("window", [Rolling(Milliseconds(2**60)), PerRun(Milliseconds(2**60))])
def test_nothing_is_remembered_past_all_time(window: Any) -> None:
    assert span(window, Instant(DAY)).forgets == FOREVER


def spanning(bucket: int, since: int, forgets: int) -> Span:
    return Span(bucket=Instant(bucket), since=Instant(since), forgets=Instant(forgets), ends=None)
