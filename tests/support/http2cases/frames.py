"""Frames as such: sections 4 and 5.5 of RFC 7540."""

from collections.abc import Iterator

from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
)

from interlock_webhooks.grpc.framing import framed
from support.http2cases.case import (
    HEADERS,
    PING,
    PRIORITY,
    Breaks,
    C,
    Case,
    Fails,
    Goes,
    P,
    Z,
)
from support.rawhttp2 import raw


def frames() -> Iterator[Case]:
    yield Goes("4.1 an unknown type", lambda c: c.send(raw(22, 0, 0, bytes(8))))
    yield Goes("4.1 an undefined flag", lambda c: c.send(raw(PING, 0x16, 0, bytes(8))))
    yield Goes("4.1 the reserved bit", lambda c: c.send(raw(PING, 0, 0x8000_0000, bytes(8))))
    yield Goes(
        "4.2 a DATA frame of 2^14 bytes", lambda c: c.send(c.request(1), DataFrame(1, framed(bytes(16_379))))
    )
    yield Breaks(
        "4.2 a DATA frame that is too large", lambda c: c.send(c.request(1), DataFrame(1, bytes(16_385))), (Z,)
    )
    yield Fails(
        "4.2 a HEADERS frame that is too large", lambda c: c.send(raw(HEADERS, 5, 1, bytes(16_385))), (Z,)
    )
    yield Fails("4.3 a block that can't be read", lambda c: c.send(raw(HEADERS, 5, 1, b"\x40")), (C,))
    yield Fails(
        "4.3 PRIORITY within a block",
        lambda c: c.send(HeadersFrame(1, c.block()), raw(PRIORITY, 0, 1, bytes(5)), ContinuationFrame(1, b"")),
        (P,),
    )
    yield Fails(
        "4.3 HEADERS of another stream within a block",
        lambda c: c.send(HeadersFrame(1, c.block()), c.request(3), ContinuationFrame(1, b"")),
        (P,),
    )
    yield Fails(
        "5.5 an unknown type within a block",
        lambda c: c.send(HeadersFrame(1, c.block()), raw(22, 0, 0, bytes(8))),
        (P,),
    )
