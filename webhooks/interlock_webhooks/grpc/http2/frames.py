"""Frames as they are on the wire, and what ends connections and streams. Pure."""

from enum import IntEnum, IntFlag
from typing import Final

MAX_FRAME: Final = 16_384
"""Bytes of a payload that everybody takes, and we take no more (RFC 9113, section 4.2)."""

HEAD: Final = 9
"""Bytes before a payload (section 4.1)."""

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What a client says first (section 3.4)."""

MAX_WINDOW: Final = 2**31 - 1
MAX_STREAM: Final = 2**31 - 1


class Kind(IntEnum):
    """Types of frames (section 6)."""

    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class Flag(IntFlag):
    """What a frame says of itself. ACK is of SETTINGS and PING, END_STREAM of DATA and HEADERS."""

    ACK = 0x1
    END_STREAM = 0x1
    END_HEADERS = 0x4
    PADDED = 0x8
    PRIORITY = 0x20


class Setting(IntEnum):
    """What one side may tell the other (section 6.5.2)."""

    HEADER_TABLE_SIZE = 1
    ENABLE_PUSH = 2
    MAX_CONCURRENT_STREAMS = 3
    INITIAL_WINDOW_SIZE = 4
    MAX_FRAME_SIZE = 5
    MAX_HEADER_LIST_SIZE = 6


class Error(IntEnum):
    """Why a connection or a stream ends (section 7)."""

    NO_ERROR = 0x0
    PROTOCOL_ERROR = 0x1
    INTERNAL_ERROR = 0x2
    FLOW_CONTROL_ERROR = 0x3
    SETTINGS_TIMEOUT = 0x4
    STREAM_CLOSED = 0x5
    FRAME_SIZE_ERROR = 0x6
    REFUSED_STREAM = 0x7
    CANCEL = 0x8
    COMPRESSION_ERROR = 0x9
    CONNECT_ERROR = 0xA
    ENHANCE_YOUR_CALM = 0xB
    INADEQUATE_SECURITY = 0xC
    HTTP_1_1_REQUIRED = 0xD


class ConnectionFailure(Exception):  # noqa: N818 - what the RFC calls a connection error, section 5.4.1
    """The connection has to end."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.name)
        self.error = error


class StreamFailure(Exception):  # noqa: N818 - what the RFC calls a stream error, section 5.4.2
    """A stream has to end."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.name)
        self.error = error


def frame(kind: Kind, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    return b"".join((len(payload).to_bytes(3), bytes((kind, flags)), stream.to_bytes(4), payload))


def settings(values: dict[Setting, int]) -> bytes:
    """What we tell the peer."""
    payload = b"".join(name.to_bytes(2) + value.to_bytes(4) for name, value in values.items())
    return frame(Kind.SETTINGS, 0, 0, payload)


def window_update(stream: int, more: int) -> bytes:
    """Room for so many bytes more, on a stream or, with 0, on the connection."""
    return frame(Kind.WINDOW_UPDATE, 0, stream, more.to_bytes(4))


def reset(stream: int, error: Error) -> bytes:
    """The end of a stream."""
    return frame(Kind.RST_STREAM, 0, stream, error.to_bytes(4))


def goaway(last: int, error: Error) -> bytes:
    """The end of the connection, for streams after `last`."""
    return frame(Kind.GOAWAY, 0, 0, last.to_bytes(4) + error.to_bytes(4))


def unpadded(flags: int, payload: bytes) -> bytes:
    """`payload` without its padding.

    Raises:
        ConnectionFailure: the padding would be longer than all of it (section 6.1).
    """
    if not flags & Flag.PADDED:
        return payload
    if not payload:
        raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
    padding = payload[0]
    if padding >= len(payload):
        raise ConnectionFailure(Error.PROTOCOL_ERROR)
    return payload[1 : len(payload) - padding]
