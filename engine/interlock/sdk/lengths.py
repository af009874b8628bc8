"""Lengths of time, as the check API writes them."""

from datetime import timedelta
from typing import Final

_MILLISECOND: Final = timedelta(milliseconds=1)


def written(length: timedelta) -> str:
    """`length` in whole milliseconds, rounded down, and one at least."""
    return f"{max(1, length // _MILLISECOND)}ms"
