"""Instants and the times of calendars."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.instants import instant_of, rfc3339
from interlock.units import Instant

_LATEST = 253_402_300_799_999


@given(instant=st.integers(-62_135_596_800_000, _LATEST).map(Instant))
def test_what_is_written_is_read_again(instant: Instant) -> None:
    assert instant_of(datetime.fromisoformat(rfc3339(instant))) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [("1970-01-01T01:00:00.001999+01:00", 1), ("1969-12-31T23:59:59.999001Z", -1)],
)
def test_a_time_is_rounded_down(text: str, instant: int) -> None:
    assert instant_of(datetime.fromisoformat(text)) == instant


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    assert rfc3339(Instant(1_767_225_600_000)) == "2026-01-01T00:00:00.000Z"
