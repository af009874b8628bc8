"""Protocol buffers' wire form, read without a schema.

The protobuf library stops at 100 nested messages, which a checked expression
within the parser's own limits can pass; these few lines have no such bound of
their own. Only the bytes that the front end made are read, never a request.
"""

from dataclasses import dataclass
from struct import unpack
from typing import Any, Final

_SIGN: Final = 1 << 63
_MORE: Final = 0x80
_VARINT, _FIXED, _BYTES = 0, 1, 2
_KEY: Final = 1 << 3 | _VARINT
_ENTRY: Final = 4

Wire = bytes
"""A message or a text as it stands in another message."""


@dataclass(slots=True)
class Message:
    """The fields of one message by number, in wire order."""

    fields: dict[int, list[int | bytes]]

    @classmethod
    def parse(cls, wire: bytes) -> "Message":
        """The message that `wire` holds."""
        fields: dict[int, list[int | bytes]] = {}
        at, end = 0, len(wire)
        while at < end:
            # Nearly all numbers take one byte, and a call for each would take half of the time.
            tag, at = (wire[at], at + 1) if wire[at] < _MORE else _varint(wire, at)
            value: int | bytes
            kind = tag & 7
            if kind == _BYTES:
                size, at = (wire[at], at + 1) if wire[at] < _MORE else _varint(wire, at)
                value, at = wire[at : at + size], at + size
            elif kind == _VARINT:
                value, at = (wire[at], at + 1) if wire[at] < _MORE else _varint(wire, at)
            elif kind == _FIXED:
                value, at = wire[at : at + 8], at + 8
            else:
                raise ValueError(f"wire type {kind}")
            if (number := tag >> 3) in fields:
                fields[number].append(value)
            else:
                fields[number] = [value]
        return cls(fields)

    def __contains__(self, number: int) -> bool:
        return number in self.fields

    def integer(self, number: int) -> int:
        """The signed integer of a field; 0 where it is absent."""
        value = self.fields.get(number, [0])[-1]
        if not isinstance(value, int):
            raise TypeError(f"field {number} is no integer")
        return value - (1 << 64) if value & _SIGN else value

    def unsigned(self, number: int) -> int:
        """The unsigned integer of a field; 0 where it is absent."""
        return self.integer(number) % (1 << 64)

    def double(self, number: int) -> float:
        """The double of a field."""
        value: float = unpack("<d", self.bytes(number))[0]
        return value

    def bytes(self, number: int) -> bytes:
        """The bytes of a field; empty where it is absent."""
        value = self.fields.get(number, [b""])[-1]
        if not isinstance(value, bytes):
            raise TypeError(f"field {number} holds no bytes")
        return value

    def text(self, number: int) -> str:
        """The text of a field; empty where it is absent."""
        return self.bytes(number).decode()

    def message(self, number: int) -> "Message":
        """The message in a field; an empty one where it is absent."""
        return Message.parse(self.bytes(number))

    def texts(self, number: int) -> tuple[str, ...]:
        """All texts in a repeated field."""
        return tuple(each.decode() for each in self.parts(number))

    def integers(self, number: int) -> tuple[int, ...]:
        """All small integers in a repeated field, packed or not."""
        found: list[int] = []
        for each in self.fields.get(number, []):
            at = 0
            while isinstance(each, bytes) and at < len(each):
                value, at = _varint(each, at)
                found.append(value)
            if isinstance(each, int):
                found.append(each)
        return tuple(found)

    def entries(self, number: int) -> dict[int, Any]:
        """What a map field holds by its integers, unread."""
        found: dict[int, Any] = {}
        for wire in self.parts(number):
            # Of nearly all, key and value are two fields that begin with two bytes each.
            if len(wire) >= _ENTRY and wire[0] == _KEY and wire[1] < _MORE and wire[3] < _MORE:
                found[wire[1]] = wire[_ENTRY:] if wire[2] & 7 == _BYTES else wire[3]
            else:
                entry = Message.parse(wire)
                found[entry.integer(1)] = entry.fields.get(2, [0])[-1]
        return found

    def parts(self, number: int) -> tuple[Wire, ...]:
        """What a repeated field holds, unread."""
        return tuple(each for each in self.fields.get(number, []) if isinstance(each, bytes))

    def messages(self, number: int) -> list["Message"]:
        """All messages in a repeated field."""
        return list(map(Message.parse, self.parts(number)))


def _varint(wire: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = wire[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < _MORE:
            return value, at
        shift += 7
