"""Instants and the times of calendars."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from interlock.units import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 24 * 60 * 60 * 1000


def rfc3339(instant: Instant) -> str:
    """`instant` in UTC with milliseconds."""
    day, time = divmod(instant, _DAY)
    minutes, milliseconds = divmod(time, 60_000)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
    return f"{_date(day)}T{clock}Z"


# Records are full of times, nearly all of today or of the end of a window.
@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def instant_of(time: datetime) -> Instant:
    """The instant of `time`, which knows its offset from UTC, rounded down."""
    return Instant((time - _EPOCH) // timedelta(milliseconds=1))
