"""Starts and ends of calendar windows, where no clock since 1970 shows the case."""

from interlock.instants import rfc3339
from interlock.ledger.calendars import bounds
from interlock.model.window import Calendar, Period
from support.windows import at


def test_a_midnight_within_what_the_clock_skips_is_the_instant_after() -> None:
    # At 23:30 on 30 March 1919 the clocks of Toronto were set to 0:30.
    day = Calendar(period=Period.DAY, zone="America/Toronto")
    for now in ("1919-03-31T04:30Z", "1919-03-31T04:45Z", "1919-03-31T12:00Z"):
        assert [rfc3339(each) for each in bounds(day, at(now))] == [
            "1919-03-31T04:30:00.000Z",
            "1919-04-01T04:00:00.000Z",
        ]
    assert rfc3339(bounds(day, at("1919-03-31T04:29Z"))[1]) == "1919-03-31T04:30:00.000Z"
