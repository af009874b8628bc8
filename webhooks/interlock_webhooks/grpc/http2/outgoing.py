"""What is to be sent on a connection, and how much may be. No I/O."""

from typing import Final

from interlock_webhooks.grpc.http2 import frames
from interlock_webhooks.grpc.http2.fields import packed
from interlock_webhooks.grpc.http2.frames import MAX_FRAME, MAX_WINDOW, ConnectionFailure, Error, Flag, Kind
from interlock_webhooks.grpc.http2.streams import Streams
from interlock_webhooks.refusal import Header

_DEFAULT_WINDOW: Final = 65_535


class Outgoing:
    """The frames that wait to be written."""

    __slots__ = ("_frames", "_room", "_streams")

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._frames: list[bytes] = []
        self._room = _DEFAULT_WINDOW

    def put(self, frame: bytes) -> None:
        """Add `frame`, if it is one."""
        if frame:
            self._frames.append(frame)

    def take(self) -> bytes:
        """All that waits; it waits no longer."""
        taken = b"".join(self._frames)
        self._frames.clear()
        return taken

    def widen(self, more: int) -> None:
        """Let `more` bytes be sent on all streams together."""
        self._room += more
        if not more or self._room > MAX_WINDOW:
            raise ConnectionFailure(Error.FLOW_CONTROL_ERROR if more else Error.PROTOCOL_ERROR)

    def is_open(self, number: int) -> bool:
        """Whether anything may be sent on a stream."""
        return number in self._streams

    def room(self, number: int) -> int:
        """Bytes that may be sent on a stream now, in one frame."""
        return min(self._room, self._streams[number].room, MAX_FRAME)

    def fields(self, number: int, fields: tuple[Header, ...], *, is_last: bool) -> None:
        """Send `fields` on an open stream, which end our side of it if they are its last."""
        block = packed(fields)
        kind = Kind.HEADERS
        flags = Flag.END_STREAM if is_last else 0
        while len(block) > MAX_FRAME:
            self._frames.append(frames.frame(kind, flags, number, block[:MAX_FRAME]))
            kind, flags, block = Kind.CONTINUATION, 0, block[MAX_FRAME:]
        self._frames.append(frames.frame(kind, flags | Flag.END_HEADERS, number, block))
        if is_last:
            self._close(number)

    def data(self, number: int, data: bytes) -> None:
        """Send `data`, for which there is room, on an open stream."""
        self._room -= len(data)
        self._streams[number].room -= len(data)
        self._frames.append(frames.frame(Kind.DATA, 0, number, data))

    def reset(self, number: int, error: Error) -> None:
        """Break off a stream."""
        self._streams.close(number, is_broken_off=True)
        self._frames.append(frames.reset(number, error))

    def _close(self, number: int) -> None:
        """End a stream from our side; the rest of a request is declined (RFC 9113, section 8.1)."""
        if self._streams[number].is_whole:
            self._streams.close(number, is_broken_off=False)
        else:
            self.reset(number, Error.NO_ERROR)
