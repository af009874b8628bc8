"""The time that decisions are made for."""

import time

from interlock.units import Instant


def now() -> Instant:
    """The present instant."""
    return Instant(time.time_ns() // 1_000_000)
