"""Times as other implementations return them: Python's, which have microseconds."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from interlock.cel.values import Duration, Timestamp

_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS: Final = 1000


def of_ours(time: Timestamp | Duration) -> Any:
    """An instant in the microseconds that are over, a span in those that are full."""
    match time:
        case Timestamp(nanoseconds):
            return ("timestamp", nanoseconds // _NANOSECONDS)
        case Duration(nanoseconds):
            full = abs(nanoseconds) // _NANOSECONDS
            return ("duration", full if nanoseconds > 0 else -full)


def of_theirs(time: datetime | timedelta) -> Any:
    """The same of Python's times."""
    match time:
        case datetime():
            return ("timestamp", (time - _EPOCH) // _MICROSECOND)
        case timedelta():
            return ("duration", time // _MICROSECOND)
