"""How much of what costs us and asks for nothing one connection may send. Pure.

Resets of streams ("rapid reset", CVE-2023-44487), pings, settings, priorities,
window updates and empty frames are part of HTTP/2, but floods of them are an
attack. The measures are nghttp2's (`nghttp2_option_set_stream_reset_rate_limit`,
`nghttp2_option_set_glitch_rate_limit`): a thousand at once, then 33 a second.
Each answered call allows some more, as busy clients ping and open windows.
"""

from typing import Final

BURST: Final = 1_000
PER_SECOND: Final = 33
PER_CALL: Final = 10

_SECOND: Final = 1_000_000_000


class FloodError(Exception):
    """More was sent than is allowed."""


class Allowance:
    """What one connection may still send of it; `now` is a monotonic nanosecond."""

    __slots__ = ("_left", "_since")

    def __init__(self, now: int) -> None:
        self._left = BURST
        self._since = now

    def earn(self) -> None:
        """A call was answered."""
        self._left = min(self._left + PER_CALL, BURST)

    def spend(self, now: int) -> None:
        """Take one more, or raise FloodError."""
        if self._left <= 0:
            earned = (now - self._since) * PER_SECOND // _SECOND
            if earned > 0:
                self._since = now
                self._left = min(earned, BURST)
        if self._left <= 0:
            raise FloodError
        self._left -= 1
