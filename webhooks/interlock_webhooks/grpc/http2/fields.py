"""Header fields: what may stand in them, and how ours are sent. Pure."""

from functools import lru_cache
from typing import Final, TypeAlias

from hpack import Decoder, HPACKError
from hpack.hpack import encode_integer

from interlock_webhooks.grpc.http2.frames import ConnectionFailure, Error, StreamFailure
from interlock_webhooks.refusal import Header

MAX_HEADERS: Final = 16 * 1024
"""Bytes of a call's header fields, unpacked, with 32 more for each (RFC 9113, section 6.5.2)."""

# What is remembered of a connection: what busy clients send, and no more.
_MAX_KNOWN: Final = 32
_MAX_BLOCK: Final = 512
_MAX_FIELDS: Final = 64
_REQUIRED: Final = frozenset({b":method", b":scheme", b":path"})
_PSEUDO: Final = _REQUIRED | {b":authority"}
_OF_CONNECTIONS: Final = frozenset(
    {b"connection", b"proxy-connection", b"keep-alive", b"transfer-encoding", b"upgrade"}
)
# RFC 9110, section 5.6.2, without capitals (RFC 9113, section 8.2.1).
_NAME: Final = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
_FORBIDDEN: Final = b"\0\r\n"
_STATUS_200: Final = b"\x88"


_Table: TypeAlias = tuple[int, int, Header | None]


class FieldReader:
    """Reads the blocks of fields of one connection, in order.

    Clients send the same block again and again. What one means is remembered, as long
    as none changes the table that they all refer to (RFC 7541, section 2.3.2).
    """

    __slots__ = ("_decoder", "_known")

    def __init__(self) -> None:
        self._decoder = Decoder(max_header_list_size=MAX_HEADERS)
        self._known: dict[bytes, list[Header]] = {}

    def read(self, block: bytes) -> list[Header]:
        """The fields of `block`, not looked at yet.

        Raises:
            ConnectionFailure: `block` can't be read, so that none after it can, or unpacks to too much.
        """
        known = self._known.get(block)
        if known is not None:
            return known
        before = self._table()
        try:
            fields = [(bytes(field[0]), bytes(field[1])) for field in self._decoder.decode(block, raw=True)]
        except (HPACKError, IndexError, ValueError):
            raise ConnectionFailure(Error.COMPRESSION_ERROR) from None
        if not _same(self._table(), before):
            self._known.clear()
        elif len(self._known) < _MAX_KNOWN and len(block) <= _MAX_BLOCK and len(fields) <= _MAX_FIELDS:
            self._known[block] = fields
        return fields

    def _table(self) -> _Table:
        """What changes whenever the table does: entries come in front and go at the end."""
        table = self._decoder.header_table
        entries = table.dynamic_entries
        return table.maxsize, len(entries), entries[0] if entries else None


def check_request(fields: list[Header]) -> int | None:
    """How long the body is that a request's `fields` announce, if they do.

    Raises:
        StreamFailure: the request is malformed (RFC 9113, section 8.1.1).
    """
    pseudo: set[bytes] = set()
    length: int | None = None
    is_regular = False
    for name, value in fields:
        if name[:1] == b":":
            if is_regular or name not in _PSEUDO or name in pseudo:
                raise _malformed()
            pseudo.add(name)
            _check_value(value)
            if not value and name != b":authority":
                raise _malformed()
        else:
            is_regular = True
            _check_field(name, value)
            if name == b"content-length":
                length = _length(value, length)
    if not pseudo >= _REQUIRED:
        raise _malformed()
    return length


def check_trailers(fields: list[Header]) -> None:
    """Nothing, where `fields` may follow a body. Raises StreamFailure where not (section 8.1)."""
    for name, value in fields:
        _check_field(name, value)


@lru_cache(maxsize=256)
def packed(fields: tuple[Header, ...]) -> bytes:
    """`fields` as a block that refers to nothing and leaves nothing behind (RFC 7541, section 6.2.2)."""
    return b"".join(map(_packed, fields))


def _same(one: _Table, other: _Table) -> bool:
    """Whether a table is what it was; an entry that was added again is another."""
    return one[:2] == other[:2] and one[2] is other[2]


def _packed(field: Header) -> bytes:
    if field == (b":status", b"200"):
        return _STATUS_200
    name, value = field
    return b"".join((b"\0", encode_integer(len(name), 7), name, encode_integer(len(value), 7), value))


def _check_field(name: bytes, value: bytes) -> None:
    if not name or name.translate(None, _NAME) or name in _OF_CONNECTIONS:
        raise _malformed()
    if name == b"te" and value != b"trailers":
        raise _malformed()
    _check_value(value)


def _check_value(value: bytes) -> None:
    if len(value.translate(None, _FORBIDDEN)) != len(value) or value != value.strip(b" \t"):
        raise _malformed()


def _length(written: bytes, before: int | None) -> int:
    """What `content-length` says, where it says one thing (RFC 9110, section 8.6)."""
    if not written.isdigit() or len(written) > len(str(2**63)):
        raise _malformed()
    if before not in {None, int(written)}:
        raise _malformed()
    return int(written)


def _malformed() -> StreamFailure:
    return StreamFailure(Error.PROTOCOL_ERROR)
