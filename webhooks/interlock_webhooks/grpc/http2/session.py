"""One connection as RFC 9113 has it: which frames may come when, and what they mean. No I/O."""

from typing import TYPE_CHECKING, Final

from interlock_webhooks.grpc.http2 import frames
from interlock_webhooks.grpc.http2.fields import MAX_HEADERS, FieldReader, check_request, check_trailers
from interlock_webhooks.grpc.http2.frames import (
    ConnectionFailure,
    Error,
    Flag,
    Kind,
    Setting,
    StreamFailure,
    unpadded,
)
from interlock_webhooks.grpc.http2.outgoing import Outgoing
from interlock_webhooks.grpc.http2.reader import FrameReader
from interlock_webhooks.grpc.http2.receiver import Receiver
from interlock_webhooks.grpc.http2.remote import Remote
from interlock_webhooks.grpc.http2.stream import Stream, Window
from interlock_webhooks.grpc.http2.streams import Streams
from interlock_webhooks.refusal import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_STREAMS: Final = 128
"""Calls of one connection at once."""

WINDOW: Final = 64 * 1024
"""Bytes of one call that may come before somebody takes them."""

# Calls whose messages nobody takes hold up no others.
_CONNECTION_WINDOW: Final = MAX_STREAMS * WINDOW
_DEFAULT_WINDOW: Final = 65_535
_SETTINGS: Final = frames.settings(
    {
        Setting.MAX_CONCURRENT_STREAMS: MAX_STREAMS,
        Setting.INITIAL_WINDOW_SIZE: WINDOW,
        Setting.MAX_HEADER_LIST_SIZE: MAX_HEADERS,
    }
)
_STREAM: Final = 0x7FFF_FFFF
_NUMBER: Final = 4
_PRIORITY: Final = 5
_PING: Final = 8


class Session:
    """The frames of one connection. What comes is told to `receiver`; what has to be sent is in `out`."""

    __slots__ = (
        "_fields",
        "_is_greeted",
        "_meanings",
        "_reader",
        "_receiver",
        "_remote",
        "_streams",
        "_window",
        "out",
    )

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._reader = FrameReader()
        self._fields = FieldReader()
        self._remote = Remote()
        self._streams = Streams()
        self._window = Window(_CONNECTION_WINDOW)
        self._is_greeted = False
        self.out = Outgoing(self._streams)
        self.out.put(_SETTINGS + frames.window_update(0, _CONNECTION_WINDOW - _DEFAULT_WINDOW))
        self._meanings: Mapping[int, Callable[[int, int, bytes], None]] = {
            Kind.DATA: self._data,
            Kind.HEADERS: self._headers,
            Kind.PRIORITY: self._priority,
            Kind.RST_STREAM: self._reset,
            Kind.SETTINGS: self._settings,
            Kind.PUSH_PROMISE: self._push,
            Kind.PING: self._ping,
            Kind.GOAWAY: self._goaway,
            Kind.WINDOW_UPDATE: self._window_update,
        }

    def receive(self, data: bytes) -> None:
        """Take `data`, and tell the receiver what it means.

        Raises:
            ConnectionFailure: the connection has to end, which was said already.
        """
        try:
            for kind, flags, stream, payload in self._reader.read(data):
                self._take(kind, flags, stream, payload)
        except ConnectionFailure as failure:
            self.out.put(frames.goaway(self._streams.last, failure.error))
            raise

    def acknowledge(self, stream: int, size: int) -> None:
        """Let `size` bytes more come, on the connection and, if it is still open, on `stream`."""
        self.out.put(self._window.take(size, 0))
        known = self._streams.get(stream)
        if known is not None and not known.is_whole:
            self.out.put(known.window.take(size, stream))

    def goaway(self, error: Error) -> None:
        """Say that this is the end, and why."""
        self.out.put(frames.goaway(self._streams.last, error))

    def last_call(self, mark: bytes) -> None:
        """Ask for no new requests; a ping with `mark` comes back once the peer knows (section 6.8)."""
        self.out.put(frames.goaway(frames.MAX_STREAM, Error.NO_ERROR) + frames.frame(Kind.PING, 0, 0, mark))

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if not self._is_greeted and kind != Kind.SETTINGS:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        meaning = self._meanings.get(kind)
        if meaning is None:
            self._receiver.spent()
            return
        try:
            meaning(flags, stream, payload)
        except StreamFailure as failure:
            self._fail(stream, failure.error)

    def _fail(self, stream: int, error: Error) -> None:
        """End one stream, which must not cost more than it does whoever makes it fail."""
        if stream > self._streams.last:
            raise ConnectionFailure(error)
        self._receiver.spent()
        if stream in self._streams:
            self._receiver.broken(stream)
        self.out.reset(stream, error)

    def _data(self, flags: int, number: int, payload: bytes) -> None:
        data = unpadded(flags, payload)
        size = len(payload)
        if not number or not self._window.fill(size):
            raise ConnectionFailure(Error.FLOW_CONTROL_ERROR if number else Error.PROTOCOL_ERROR)
        stream = self._streams.get(number)
        if stream is None:
            self.acknowledge(number, size)
            self._receiver.spent()
            self._streams.check_gone(number)
            return
        try:
            stream.receive(len(data), size)
        except StreamFailure:
            self.acknowledge(number, size)
            raise
        if not data:
            self._receiver.spent()
        self._receiver.received(number, data, size)
        if flags & Flag.END_STREAM:
            self._end(number)

    def _headers(self, flags: int, number: int, payload: bytes) -> None:
        if number % 2 == 0:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        parent, block = _prioritized(payload) if flags & Flag.PRIORITY else (0, payload)
        # Whatever becomes of them: later blocks refer to these fields.
        fields = self._fields.read(block)
        if number <= self._streams.last:
            self._trailers(flags, number, fields)
            return
        self._streams.last = number
        if parent == number:
            raise StreamFailure(Error.PROTOCOL_ERROR)
        if len(self._streams) >= MAX_STREAMS:
            raise StreamFailure(Error.REFUSED_STREAM)
        stream = self._streams[number] = Stream(self._remote.window, WINDOW, check_request(fields))
        is_whole = bool(flags & Flag.END_STREAM)
        if is_whole:
            # Before anybody answers it: what is whole is not broken off.
            stream.end()
        self._receiver.begun(number, fields)
        if is_whole:
            self._receiver.ended(number)

    def _trailers(self, flags: int, number: int, fields: list[Header]) -> None:
        self._receiver.spent()
        stream = self._streams.get(number)
        if stream is None:
            self._streams.check_late(number)
            return
        if stream.is_whole:
            raise StreamFailure(Error.STREAM_CLOSED)
        check_trailers(fields)
        if not flags & Flag.END_STREAM:
            raise StreamFailure(Error.PROTOCOL_ERROR)
        self._end(number)

    def _end(self, number: int) -> None:
        stream = self._streams.get(number)
        # It may have been answered before it was whole.
        if stream is not None:
            stream.end()
            self._receiver.ended(number)

    def _priority(self, _flags: int, number: int, payload: bytes) -> None:
        self._receiver.spent()
        if not number:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if len(payload) != _PRIORITY:
            raise StreamFailure(Error.FRAME_SIZE_ERROR)
        if _prioritized(payload)[0] == number:
            raise StreamFailure(Error.PROTOCOL_ERROR)

    def _reset(self, _flags: int, number: int, payload: bytes) -> None:
        self._receiver.spent()
        if not number or number > self._streams.last:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if len(payload) != _NUMBER:
            raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
        if number in self._streams:
            self._streams.close(number, is_broken_off=False)
            self._receiver.broken(number)

    def _settings(self, flags: int, number: int, payload: bytes) -> None:
        self._receiver.spent()
        if number:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if flags & Flag.ACK:
            if payload:
                raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
            return
        more = self._remote.change(payload)
        try:
            for stream in self._streams.values():
                stream.widen(more)
        except StreamFailure as failure:
            raise ConnectionFailure(failure.error) from None
        self._is_greeted = True
        self.out.put(frames.frame(Kind.SETTINGS, Flag.ACK, 0))
        self._receiver.greeted()
        self._receiver.widened()

    def _push(self, _flags: int, _number: int, _payload: bytes) -> None:
        raise ConnectionFailure(Error.PROTOCOL_ERROR)

    def _ping(self, flags: int, number: int, payload: bytes) -> None:
        self._receiver.spent()
        if number:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if len(payload) != _PING:
            raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
        if flags & Flag.ACK:
            self._receiver.echoed(payload)
        else:
            self.out.put(frames.frame(Kind.PING, Flag.ACK, 0, payload))

    def _goaway(self, _flags: int, number: int, payload: bytes) -> None:
        self._receiver.spent()
        if number:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if len(payload) < 2 * _NUMBER:
            raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
        self._receiver.leaving(int.from_bytes(payload[_NUMBER : 2 * _NUMBER]))

    def _window_update(self, _flags: int, number: int, payload: bytes) -> None:
        self._receiver.spent()
        if len(payload) != _NUMBER:
            raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
        more = int.from_bytes(payload) & _STREAM
        if not number:
            self.out.widen(more)
        elif number in self._streams:
            if not more:
                raise StreamFailure(Error.PROTOCOL_ERROR)
            self._streams[number].widen(more)
        elif number > self._streams.last:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        self._receiver.widened()


def _prioritized(payload: bytes) -> tuple[int, bytes]:
    """The stream that is to come first, and what follows (section 6.3)."""
    if len(payload) < _PRIORITY:
        raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
    return int.from_bytes(payload[:_NUMBER]) & _STREAM, payload[_PRIORITY:]
