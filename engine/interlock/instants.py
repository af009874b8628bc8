"""Instants and the times of calendars."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from interlock.units import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(instant: Instant) -> str:
    """`instant` in UTC with milliseconds."""
    minute, rest = divmod(instant, 60_000)
    return f"{_to_the_minute(minute)}:{rest // 1000:02}.{rest % 1000:03}Z"


# Records are full of times, nearly all of this minute, or of the minute when a window ends.
@lru_cache(maxsize=1024)
def _to_the_minute(minute: int) -> str:
    return (_EPOCH + timedelta(minutes=minute)).replace(tzinfo=None).isoformat(timespec="minutes")


def instant_of(time: datetime) -> Instant:
    """The instant of `time`, which knows its offset from UTC, rounded down."""
    return Instant((time - _EPOCH) // timedelta(milliseconds=1))
