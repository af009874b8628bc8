"""What is sent, and what is expected: that nothing ends, or a stream does, or the connection."""

from collections.abc import Callable
from dataclasses import dataclass

from h2.errors import ErrorCodes
from hyperframe.frame import DataFrame, Frame, RstStreamFrame

from support.rawhttp2 import MESSAGE, REQUEST, RawClient

DATA, HEADERS, PRIORITY, RST, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY = 0x1, 0x4, 0x8, 0x20

Send = Callable[[RawClient], None]


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent after the greeting."""

    name: str
    send: Send


@dataclass(frozen=True, slots=True)
class Fails(Case):
    """The connection ends with one of `codes`."""

    codes: tuple[ErrorCodes, ...]


@dataclass(frozen=True, slots=True)
class Breaks(Case):
    """A stream, or the connection, ends with one of `codes`."""

    codes: tuple[ErrorCodes, ...]


@dataclass(frozen=True, slots=True)
class Goes(Case):
    """Nothing ends."""


def without(name: str) -> list[tuple[str, str]]:
    return [field for field in REQUEST if field[0] != name]


def with_(name: str, value: str) -> list[tuple[str, str]]:
    return [(key, value if key == name else old) for key, old in REQUEST]


def late(frame: Callable[[RawClient], Frame]) -> Send:
    """A frame for a call that has been answered."""

    def send(client: RawClient) -> None:
        client.send(*whole(client))
        client.body(1)
        client.send(frame(client))

    return send


def whole(client: RawClient) -> tuple[Frame, Frame]:
    """A request that has come."""
    return client.request(1), DataFrame(1, MESSAGE, flags=["END_STREAM"])


def left(client: RawClient) -> tuple[Frame, Frame]:
    """A request that was given up."""
    return client.request(1), RstStreamFrame(1, 8)


P, F, S, C, Z = (
    ErrorCodes.PROTOCOL_ERROR,
    ErrorCodes.FLOW_CONTROL_ERROR,
    ErrorCodes.STREAM_CLOSED,
    ErrorCodes.COMPRESSION_ERROR,
    ErrorCodes.FRAME_SIZE_ERROR,
)
