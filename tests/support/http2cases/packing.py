"""How fields may be packed: RFC 7541."""

from collections.abc import Iterator

from support.http2cases.case import (
    HEADERS,
    C,
    Case,
    Fails,
    Goes,
)
from support.rawhttp2 import RawClient, raw


def packing() -> Iterator[Case]:
    def block(name: str, before: bytes, after: bytes) -> Fails:
        def send(client: RawClient) -> None:
            client.send(raw(HEADERS, 5, 1, before + client.block() + after))

        return Fails(f"hpack {name}", send, (C,))

    yield block("2.3.3 an index beyond the tables", b"", b"\xff\x0f")
    yield block("2.3.3 a name's index beyond the tables", b"", b"\x7f\xff\x0f\1a")
    yield block("4.2 a table's size after fields", b"", b"\x20")
    text = b"\x9c\x48\xac\xa4"  # `h2spec`
    yield block("5.2 Huffman padding of 8 bits", b"", b"\x00\x06x-test\x85" + text + b"\xff")
    yield block("5.2 Huffman padding with zeros", b"", b"\x00\x06x-test\x83" + text[:3])
    yield block("5.2 Huffman's end of a string", b"", b"\x00\x06x-test\x88" + text + b"\xff\xff\xff\xfc")
    yield block("6.1 the index 0", b"", b"\x80")
    yield block("6.3 a table's size beyond what is allowed", b"\x3f\xe2\x1f", b"")
    for name, field in {
        "6.2.1 a field that is remembered": b"\x40\x06x-test\x06h2spec",
        "6.2.1 a field that is remembered, with Huffman": b"\x40\x85\xf2\xb2\x4a\x84\xff\x84\x9c\x48\xac\xa4",
        "6.2.2 a field that isn't": b"\x00\x06x-test\x06h2spec",
        "6.2.3 a field that never is": b"\x10\x85\xf2\xb2\x4a\x84\xff\x84\x9c\x48\xac\xa4",
    }.items():
        if field != b"\x84":
            yield Goes(f"hpack {name}", lambda c, f=field: c.send(raw(HEADERS, 4, 1, c.block() + f)))  # type: ignore[misc]
    yield Goes("hpack 6.3 a table's size", lambda c: c.send(raw(HEADERS, 4, 1, b"\x20" + c.block())))
    yield Goes(
        "hpack 4.2 two tables' sizes", lambda c: c.send(raw(HEADERS, 4, 1, b"\x20\x3f\xe1\x1f" + c.block()))
    )
