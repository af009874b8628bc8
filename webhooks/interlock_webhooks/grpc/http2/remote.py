"""What the peer allows. Pure."""

from collections.abc import Iterator
from typing import Final

from interlock_webhooks.grpc.http2.frames import MAX_WINDOW, ConnectionFailure, Error, Setting

_SIZE: Final = 6
_FLAGS: Final = range(2)
_FRAME_SIZES: Final = range(2**14, 2**24)
_DEFAULT_WINDOW: Final = 65_535


class Remote:
    """The settings of a peer that we heed (RFC 9113, section 6.5.2).

    `window` is how much may be sent on a stream that begins. We push nothing, send
    frames of the size that everybody takes, and compress nothing, so the rest says
    nothing to us.
    """

    __slots__ = ("window",)

    def __init__(self) -> None:
        self.window = _DEFAULT_WINDOW

    def change(self, payload: bytes) -> int:
        """By how much `window` has changed with the settings in `payload`.

        Raises:
            ConnectionFailure: they are no settings, or some have values that they may not have.
        """
        if len(payload) % _SIZE:
            raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
        before = self.window
        for name, value in _pairs(payload):
            match name:
                case Setting.INITIAL_WINDOW_SIZE:
                    if value > MAX_WINDOW:
                        raise ConnectionFailure(Error.FLOW_CONTROL_ERROR)
                    self.window = value
                case Setting.ENABLE_PUSH if value not in _FLAGS:
                    raise ConnectionFailure(Error.PROTOCOL_ERROR)
                case Setting.MAX_FRAME_SIZE if value not in _FRAME_SIZES:
                    raise ConnectionFailure(Error.PROTOCOL_ERROR)
                case _:
                    pass
        return self.window - before


def _pairs(payload: bytes) -> Iterator[tuple[int, int]]:
    for at in range(0, len(payload), _SIZE):
        yield int.from_bytes(payload[at : at + 2]), int.from_bytes(payload[at + 2 : at + _SIZE])
