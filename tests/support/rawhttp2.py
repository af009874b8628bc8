"""A client that sends whatever frames it is told to. Frames and HPACK are hyperframe's and hpack's."""

import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
REQUEST = (
    (":method", "POST"),
    (":scheme", "http"),
    (":path", "/t.T/Echo"),
    (":authority", "localhost"),
    ("content-type", "application/grpc"),
    ("te", "trailers"),
)
MESSAGE = b"\0\0\0\0\4ping"
_PATIENCE = 20


@dataclass(slots=True)
class RawClient:
    """A connection. `broken` are the streams that were reset, and why."""

    connection: socket.socket
    encoder: Encoder = field(default_factory=Encoder)
    decoder: Decoder = field(default_factory=Decoder)
    _buffer: bytes = b""

    def send(self, *frames: Frame | bytes) -> None:
        """Send `frames`, all at once."""
        written = b"".join(frame if isinstance(frame, bytes) else frame.serialize() for frame in frames)
        self.connection.sendall(written)

    def greet(self, **settings: int) -> None:
        """Say hello, and take what is allowed."""
        named = {getattr(SettingsFrame, name): value for name, value in settings.items()}
        self.send(PREFACE, SettingsFrame(0, settings=named))
        self.send(SettingsFrame(0, flags=["ACK"]))

    def block(self, fields: Sequence[tuple[str, str]] = REQUEST) -> bytes:
        """`fields`, packed."""
        return self.encoder.encode(fields)

    def request(
        self,
        stream: int,
        *flags: str,
        fields: Sequence[tuple[str, str]] = REQUEST,
        more: Sequence[tuple[str, str]] = (),
    ) -> HeadersFrame:
        """The head of a request."""
        return HeadersFrame(stream, self.block([*fields, *more]), flags=["END_HEADERS", *flags])

    def frames(self) -> Iterator[Frame]:
        """What comes, until the connection is closed."""
        while True:
            while len(self._buffer) >= 9:
                head, length = Frame.parse_frame_header(memoryview(self._buffer[:9]))
                if len(self._buffer) < 9 + length:
                    break
                head.parse_body(memoryview(self._buffer[9 : 9 + length]))
                self._buffer = self._buffer[9 + length :]
                yield head
            try:
                more = self.connection.recv(65_536)
            except ConnectionResetError:
                return
            if not more:
                return
            self._buffer += more

    def until_ping(self, mark: bytes = b"are you?") -> list[Frame]:
        """What comes before the answer to a ping; all that comes where there is none."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send(PingFrame(0, mark))
        came: list[Frame] = []
        for frame in self.frames():
            if isinstance(frame, PingFrame) and "ACK" in frame.flags and frame.opaque_data == mark:
                return came
            came.append(frame)
        return [*came, CLOSED]

    def fields(self, head: HeadersFrame) -> dict[bytes, bytes]:
        """The fields of a whole block."""
        return {bytes(name): bytes(value) for name, value in self.decoder.decode(head.data, raw=True)}

    def body(self, stream: int, size: int | None = None) -> bytes:
        """What comes as a body: `size` bytes, or all."""
        came = b""
        while size is None or len(came) < size:
            frame = next(self.frames())
            if frame.stream_id == stream:
                came += frame.data if isinstance(frame, DataFrame) else b""
                if "END_STREAM" in frame.flags:
                    return came
        return came

    def until_closed(self) -> list[Frame]:
        """All that comes."""
        return list(self.frames())


CLOSED = Frame(0)
"""Comes last when the connection is closed."""


def goaways(frames: Sequence[Frame]) -> list[int]:
    """Why the connection was ended."""
    return [frame.error_code for frame in frames if isinstance(frame, GoAwayFrame)]


def resets(frames: Sequence[Frame]) -> list[tuple[int, int]]:
    """Which streams were reset, and why."""
    return [(frame.stream_id, frame.error_code) for frame in frames if isinstance(frame, RstStreamFrame)]


def bodies(frames: Sequence[Frame], stream: int) -> bytes:
    """What came as a body."""
    return b"".join(f.data for f in frames if isinstance(f, DataFrame) and f.stream_id == stream)


def raw(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A frame, even one that may not be."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


@contextmanager
def raw_client(port: int) -> Iterator[RawClient]:
    """A connection to `port`, on which nothing has been said."""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield RawClient(connection)


def ending(client: RawClient, came: Sequence[Frame]) -> dict[bytes, bytes]:
    """What the call on the stream 1 ended with, without what always is there."""
    (head,) = [frame for frame in came if isinstance(frame, HeadersFrame) and "END_STREAM" in frame.flags]
    fields = client.fields(head)
    assert fields.pop(b"content-type", b"application/grpc") == b"application/grpc"
    return {name: value for name, value in fields.items() if (name, value) != (b":status", b"200")}
