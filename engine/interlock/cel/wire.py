"""Protocol buffers' wire form, read without a schema.

The protobuf library stops at 100 nested messages, which a checked expression
within the parser's own limits can pass; these few lines have no such bound of
their own. Only the bytes that the front end made are read, never a request.
"""

from dataclasses import dataclass
from struct import unpack
from typing import Final

_SIGN: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Message:
    """The fields of one message by number, in wire order."""

    fields: dict[int, list[int | bytes]]

    @classmethod
    def parse(cls, wire: bytes) -> "Message":
        """The message that `wire` holds."""
        fields: dict[int, list[int | bytes]] = {}
        at = 0
        while at < len(wire):
            tag, at = _varint(wire, at)
            value: int | bytes
            match tag & 7:
                case 0:
                    value, at = _varint(wire, at)
                case 1:
                    value, at = wire[at : at + 8], at + 8
                case 2:
                    size, at = _varint(wire, at)
                    value, at = wire[at : at + size], at + size
                case kind:
                    raise ValueError(f"wire type {kind}")
            fields.setdefault(tag >> 3, []).append(value)
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
        return tuple(each.decode() for each in self.fields.get(number, []) if isinstance(each, bytes))

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

    def messages(self, number: int) -> list["Message"]:
        """All messages in a repeated field."""
        return [Message.parse(each) for each in self.fields.get(number, []) if isinstance(each, bytes)]


def _varint(wire: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = wire[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  # the continuation bit is clear
            return value, at
        shift += 7
