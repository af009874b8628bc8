"""Windows divide time; over no time as long as a rolling one is more used than the limit."""

from datetime import timedelta
from itertools import accumulate, pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import AccountName, HoldId, OrganizationName
from interlock.ledger.answers import Held
from interlock.ledger.book import Book, take
from interlock.ledger.calendars import bounds
from interlock.ledger.hold import FOREVER, Hold, Line, Taking
from interlock.ledger.windows import BUCKETS, Span, span
from interlock.model.window import Calendar, Period, Rolling
from interlock.units import Instant, Milliseconds
from interlock.zones import zone_problem
from support.windows import DAY, HOUR, MINUTE, around, at, set_at, starts, wall

ZONES: Final = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "America/Havana",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
)
LAST: Final = at("9998-12-30T00:00Z")
LIMIT: Final = 3

_zones = st.sampled_from(ZONES) | st.timezone_keys(allow_prefix=False).filter(
    lambda name: zone_problem(name) is None
)
_calendars = st.builds(
    Calendar,
    period=st.sampled_from(Period),
    zone=_zones,
    start_day=st.integers(1, 7),
    start_month=st.integers(1, 12),
)
# Most clocks are set at a full hour of this time, and from 2038 on by rule.
_instants = (
    st.integers(0, 2**41) | st.integers(0, 2**41 // HOUR).map(HOUR.__mul__) | st.integers(0, LAST)
).map(Instant)
_lengths = (st.integers(1, 200) | st.integers(1, 1000 * DAY)).map(Milliseconds)


def end(found: Span) -> Instant:
    assert found.ends is not None
    return found.ends


# Calendars


@given(_calendars, _instants)
def test_an_instant_is_in_one_window_and_windows_follow_each_other(window: Calendar, now: Instant) -> None:
    found = span(window, now)
    assert found.bucket == found.since <= now < end(found) == found.forgets
    assert span(window, found.since) == span(window, Instant(end(found) - 1)) == found
    assert span(window, end(found)).since == found.forgets
    if found.since > 0:
        assert span(window, Instant(found.since - 1)).forgets == found.since


@given(_calendars, st.lists(_instants, min_size=2, max_size=5))
def test_later_instants_are_in_the_same_window_or_a_later_one(
    window: Calendar, instants: list[Instant]
) -> None:
    found = [span(window, now) for now in sorted(instants)]
    assert all(one == other or end(one) <= other.since for one, other in pairwise(found))


@given(_calendars, st.lists(_instants, min_size=2, max_size=5))
def test_it_does_not_matter_what_was_asked_before(window: Calendar, instants: list[Instant]) -> None:
    found = [span(window, now) for now in instants]
    assert [span(window, now) for now in reversed(instants)] == found[::-1]


@given(_calendars, _instants)
def test_a_window_starts_when_the_clock_shows_its_start_or_skips_it(window: Calendar, now: Instant) -> None:
    start = span(window, now).since
    shown, before = wall(window.zone, start), wall(window.zone, start - 1)
    due = shown.replace(minute=0, second=0, microsecond=0)
    if window.period is not Period.HOUR:
        due = due.replace(hour=0)
    assert before < due <= shown or shown == due
    if due < shown or window.period in {Period.HOUR, Period.DAY}:
        return
    if window.period is Period.WEEK:
        assert shown.isoweekday() == window.start_day
    else:
        months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[window.period]
        assert shown.day == window.start_day
        assert (shown.month - window.start_month) % months == 0


@given(_zones, _instants)
def test_no_hour_is_as_long_as_two_and_no_day_as_long_as_fifty(zone: str, now: Instant) -> None:
    hour = span(Calendar(period=Period.HOUR, zone=zone), now)
    day = span(Calendar(period=Period.DAY, zone=zone), now)
    assert 0 < end(hour) - hour.since < 2 * HOUR
    assert 0 < end(day) - day.since < 50 * HOUR


@pytest.mark.parametrize("zone", ZONES)
def test_windows_are_what_a_clock_on_the_wall_says_whenever_it_is_set(zone: str) -> None:
    changes = list(set_at(zone))
    assert changes
    for change in changes:
        instants = around(change)
        shown = [wall(zone, now) for now in instants]
        for window in starting_about(zone, change):
            found = [span(window, now) for now in instants]
            assert all(each.since <= now < each.forgets for each, now in zip(found, instants, strict=True))
            started = [before < each.since for before, each in zip(instants, found[1:], strict=False)]
            assert started == [one != other for one, other in pairwise(found)]
            assert started == list(starts(window, shown))[1:], (window, change)
            for now in (change - 1, change, change + MINUTE, change + 45 * MINUTE):
                # What is remembered of other instants would hide what is found at this one.
                one = span(window, Instant(now))
                assert bounds(window, Instant(now)) == (one.since, one.forgets)


def starting_about(zone: str, change: Instant) -> list[Calendar]:
    """A window of each period, all of which start on the day of `change` if they can."""
    day = wall(zone, change) + timedelta(hours=2)
    weekday, start_day = day.isoweekday(), min(day.day, 28)
    return [
        Calendar(
            period=period,
            zone=zone,
            start_day=weekday if period is Period.WEEK else start_day,
            start_month=day.month,
        )
        for period in Period
    ]


# Rolling windows


@given(_lengths, _instants, st.data())
def test_what_was_used_within_the_length_counts_and_hardly_more(
    length: Milliseconds, now: Instant, data: st.DataObject
) -> None:
    window = Rolling(length)
    part = -(-length // BUCKETS)
    ago = data.draw(
        st.integers(0, 2 * length + part) | st.sampled_from([length - 1, length, length + part - 1])
    )
    counts = span(window, Instant(now - ago)).bucket >= span(window, now).since
    assert counts or ago >= length
    assert not counts or ago < length + part


@given(_lengths, _instants, st.data())
def test_a_bucket_is_forgotten_when_it_counts_for_nobody_any_more(
    length: Milliseconds, now: Instant, data: st.DataObject
) -> None:
    used = span(Rolling(length), now)
    later = data.draw(
        st.integers(now, now + 3 * length) | st.sampled_from([used.forgets - 1, used.forgets]), label="later"
    )
    assert (used.bucket >= span(Rolling(length), Instant(later)).since) == (later < used.forgets)
    assert used.ends == used.forgets


@given(_lengths, _instants)
def test_a_rolling_window_has_a_part_more_than_sixty_at_most(length: Milliseconds, now: Instant) -> None:
    found = span(Rolling(length), now)
    part = -(-length // BUCKETS)
    assert found.bucket <= now < found.bucket + part
    assert found.bucket % part == found.since % part == 0
    assert (found.bucket - found.since) // part <= BUCKETS


@given(
    length=st.integers(1, 500).map(Milliseconds),
    start=st.integers(0, 10**6),
    pauses=st.lists(st.integers(0, 400), max_size=30),
)
def test_over_no_time_as_long_as_the_window_is_more_than_the_limit_used(
    length: Milliseconds, start: int, pauses: list[int]
) -> None:
    book = Book()
    taken = [now for now in accumulate(pauses, initial=start) if _takes(book, Rolling(length), Instant(now))]
    assert all(sum(first <= now < first + length for now in taken) <= LIMIT for first in taken)


def _takes(book: Book, window: Rolling, now: Instant) -> bool:
    found = span(window, now)
    line = Line(
        account=AccountName("a"),
        unit="calls",
        amount=1,
        limit=LIMIT,
        bucket=found.bucket,
        since=found.since,
        forgets=found.forgets,
    )
    hold = Hold(id=HoldId(str(len(book.holds))), lines=(line,), expires=FOREVER, facts={})
    return isinstance(take(book, Taking(organization=OrganizationName("o"), holds=(hold,)), now), Held)
