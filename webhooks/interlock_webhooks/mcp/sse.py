"""Server-sent events, one by one, out of bytes that come in any pieces. Pure.

As browsers read them (HTML Living Standard, 9.2): lines end with CR, LF or
both, an empty line ends an event, and one that the stream breaks off is none.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

MAX_EVENT: Final = 8 * 1024 * 1024
"""Bytes of one event."""

_BOM: Final = b"\xef\xbb\xbf"
_DATA: Final = b"data"


class TooLargeError(Exception):
    """An event is larger than `MAX_EVENT`."""


class Event(Struct, frozen=True):
    """One event: its lines as they came, without their ends."""

    lines: tuple[bytes, ...]

    @property
    def data(self) -> bytes:
        """What the event says; empty where it says nothing."""
        return b"\n".join(value for field, value in map(_field, self.lines) if field == _DATA)

    def encoded(self) -> bytes:
        """The event as bytes."""
        return b"".join(line + b"\n" for line in self.lines) + b"\n"

    def saying(self, data: bytes) -> "Event":
        """The same event with other `data`, which is one line."""
        others = [line for line in self.lines if _field(line)[0] != _DATA]
        return Event((*others, b"data: " + data))


class Events:
    """The events of one stream."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._size = 0
        self._is_new = True

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that `data` completes.

        Raises:
            TooLargeError: one is too large.
        """
        self._rest += data
        self._size += len(data)
        if self._is_new and self._rest != _BOM and _BOM.startswith(self._rest):
            return  # it may begin with one
        if self._is_new:
            self._rest = self._rest.removeprefix(_BOM)
            self._is_new = False
        *lines, self._rest = _lines(self._rest)
        for line in lines:
            if line:
                self._lines.append(line)
            elif self._lines:
                yield Event(tuple(self._lines))
                self._lines.clear()
                self._size = len(self._rest)
        if self._size > MAX_EVENT:
            raise TooLargeError


def _lines(data: bytes) -> list[bytes]:
    """The lines of `data`, and last what is no whole line yet: a CR at its end may be half of a line's end."""
    held = b"\r" if data.endswith(b"\r") else b""
    whole = data.removesuffix(b"\r") if held else data
    *lines, rest = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return [*lines, rest + held]


def _field(line: bytes) -> tuple[bytes, bytes]:
    """The name and the value of the field in `line`; a comment has no name."""
    name, _, value = line.partition(b":")
    return name, value.removeprefix(b" ")
