"""How often somebody may ask: a steady rate, and a burst beyond it. Reads no clock.

The generic cell rate algorithm (ITU-T I.371, annex A), in whole numbers: one
moment is all that is kept, so it costs nothing and forgets nothing.
"""

from typing import Final

from msgspec import Struct

_SECOND: Final = 1_000_000_000


class Rate(Struct, frozen=True, kw_only=True):
    """`per_second` requests, and up to `burst` at once after a time without any; both at least 1."""

    per_second: int
    burst: int


class Meter:
    """What was taken of one rate. Moments are nanoseconds of one clock that never goes back."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        # When all that was taken will have been due, in nanoseconds times the rate: so nothing is rounded.
        self._due = 0

    def wait(self, now: int) -> int:
        """The nanoseconds until one more may be taken; 0 where it may be now."""
        ahead = self._due - now * self._rate.per_second
        excess = ahead - (self._rate.burst - 1) * _SECOND
        return 0 if excess <= 0 else -(-excess // self._rate.per_second)

    def take(self, now: int) -> int:
        """Take one if it may be taken at `now`: 0, else the nanoseconds to wait, and nothing is taken."""
        wait = self.wait(now)
        if not wait:
            self._due = max(self._due, now * self._rate.per_second) + _SECOND
        return wait
