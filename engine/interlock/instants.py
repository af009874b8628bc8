"""Instants and the times of calendars."""

from datetime import UTC, datetime, timedelta
from typing import Final

from interlock.units import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(instant: Instant) -> str:
    """`instant` in UTC with milliseconds."""
    at = _EPOCH + timedelta(milliseconds=instant)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant_of(time: datetime) -> Instant:
    """The instant of `time`, which knows its offset from UTC, rounded down."""
    return Instant((time - _EPOCH) // timedelta(milliseconds=1))
