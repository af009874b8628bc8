"""Frames, cut out of a connection's bytes as they come. Pure."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from interlock_webhooks.grpc.http2.frames import (
    HEAD,
    MAX_FRAME,
    PREFACE,
    ConnectionFailure,
    Error,
    Flag,
    Kind,
    unpadded,
)

Frame: TypeAlias = tuple[int, int, int, bytes]
"""Type, flags, stream and payload."""

_MAX_PARTS: Final = 16
"""Frames in which a block of fields may come: what we take unpacked fits into one."""

_MAX_BLOCK: Final = 2 * MAX_FRAME
"""Bytes of a block: packed, fields are hardly longer, and reading what says nothing holds all others up."""

_STREAM: Final = 0x7FFF_FFFF


class FrameReader:
    """Reads the frames of one connection; a block of fields is one frame, however many it came in."""

    __slots__ = ("_block", "_preface", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._preface = PREFACE
        # Flags and stream of a HEADERS frame whose block isn't whole, and the parts of the block.
        self._block: tuple[int, int, list[bytes]] | None = None

    def read(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole with `data`.

        Raises:
            ConnectionFailure: the preface is wrong, a frame is larger than may be sent, or a block is torn.
        """
        data = self._rest + data
        at, end = self._after_preface(data), len(data)
        while end - at >= HEAD and not self._preface:
            size = data[at] << 16 | data[at + 1] << 8 | data[at + 2]
            if size > MAX_FRAME:
                raise ConnectionFailure(Error.FRAME_SIZE_ERROR)
            if end - at - HEAD < size:
                break
            start, at = at, at + HEAD + size
            stream = int.from_bytes(data[start + 5 : start + HEAD]) & _STREAM
            frame = self._whole(data[start + 3], data[start + 4], stream, data[start + HEAD : at])
            if frame is not None:
                yield frame
        self._rest = data[at:]

    def _after_preface(self, data: bytes) -> int:
        """Where in `data` frames begin."""
        if not self._preface:
            return 0
        if not data.startswith(self._preface[: len(data)]):
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if len(data) < len(self._preface):
            return 0
        size = len(self._preface)
        self._preface = b""
        return size

    def _whole(self, kind: int, flags: int, stream: int, payload: bytes) -> Frame | None:
        """The frame, if it is whole with what came before (RFC 9113, section 6.10)."""
        if self._block is not None:
            return self._continued(kind, flags, stream, payload)
        if kind == Kind.CONTINUATION:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if kind != Kind.HEADERS:
            return kind, flags, stream, payload
        payload = unpadded(flags, payload)
        if flags & Flag.END_HEADERS:
            return kind, flags, stream, payload
        self._block = flags, stream, [payload]
        return None

    def _continued(self, kind: int, flags: int, stream: int, payload: bytes) -> Frame | None:
        assert self._block is not None  # noqa: S101 - whoever calls has looked
        first, begun, parts = self._block
        if kind != Kind.CONTINUATION or stream != begun:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        parts.append(payload)
        if len(parts) > _MAX_PARTS or sum(map(len, parts)) > _MAX_BLOCK:
            raise ConnectionFailure(Error.ENHANCE_YOUR_CALM)
        if not flags & Flag.END_HEADERS:
            return None
        self._block = None
        return Kind.HEADERS, first, stream, b"".join(parts)
