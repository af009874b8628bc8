"""In which states what may be sent: sections 5.1 to 5.3 of RFC 7540."""

from collections.abc import Iterator

from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    PriorityFrame,
    RstStreamFrame,
    WindowUpdateFrame,
)

from support.http2cases.case import (
    HEADERS,
    PRIORITY,
    Breaks,
    Case,
    Fails,
    Goes,
    P,
    S,
    late,
    left,
    whole,
)
from support.rawhttp2 import raw


def states() -> Iterator[Case]:
    yield Fails("5.1 idle: DATA", lambda c: c.send(DataFrame(1, b"test", flags=["END_STREAM"])), (P,))
    yield Fails("5.1 idle: RST_STREAM", lambda c: c.send(RstStreamFrame(1, 8)), (P,))
    yield Fails("5.1 idle: WINDOW_UPDATE", lambda c: c.send(WindowUpdateFrame(1, 100)), (P,))
    yield Fails(
        "5.1 idle: CONTINUATION",
        lambda c: c.send(ContinuationFrame(1, c.block(), flags=["END_HEADERS"])),
        (P,),
    )
    yield Goes("5.1 idle: PRIORITY", lambda c: c.send(PriorityFrame(1, depends_on=0, stream_weight=255)))
    yield Breaks(
        "5.1 half closed: DATA",
        lambda c: c.send(*whole(c), DataFrame(1, b"test", flags=["END_STREAM"])),
        (S,),
    )
    yield Breaks("5.1 half closed: HEADERS", lambda c: c.send(*whole(c), c.request(1, "END_STREAM")), (S,))
    yield Breaks(
        "5.1 half closed: CONTINUATION", lambda c: c.send(*whole(c), ContinuationFrame(1, b"")), (S, P)
    )
    yield Goes("5.1 half closed: WINDOW_UPDATE", lambda c: c.send(*whole(c), WindowUpdateFrame(1, 100)))
    yield Goes("5.1 half closed: PRIORITY", lambda c: c.send(*whole(c), PriorityFrame(1, stream_weight=9)))
    yield Goes("5.1 half closed: RST_STREAM", lambda c: c.send(*whole(c), RstStreamFrame(1, 8)))
    yield Breaks(
        "5.1 reset: DATA", lambda c: c.send(*left(c), DataFrame(1, b"test", flags=["END_STREAM"])), (S,)
    )
    yield Breaks("5.1 reset: HEADERS", lambda c: c.send(*left(c), c.request(1, "END_STREAM")), (S,))
    yield Breaks("5.1 reset: CONTINUATION", lambda c: c.send(*left(c), ContinuationFrame(1, b"")), (S, P))
    yield Goes("5.1 reset: WINDOW_UPDATE", lambda c: c.send(*left(c), WindowUpdateFrame(1, 100)))
    yield Breaks("5.1 closed: DATA", late(lambda _: DataFrame(1, b"test")), (S,))
    yield Fails("5.1 closed: HEADERS", late(lambda c: c.request(1, "END_STREAM")), (S,))
    yield Fails("5.1 closed: CONTINUATION", late(lambda _: ContinuationFrame(1, b"")), (S, P))
    yield Goes("5.1 closed: PRIORITY", late(lambda _: PriorityFrame(1, stream_weight=9)))
    yield Goes("5.1 closed: RST_STREAM", late(lambda _: RstStreamFrame(1, 8)))
    yield Goes("5.1 closed: WINDOW_UPDATE", late(lambda _: WindowUpdateFrame(1, 100)))
    yield Fails("5.1.1 an even stream", lambda c: c.send(c.request(2, "END_STREAM")), (P,))
    yield Fails("5.1.1 a stream that was passed over", lambda c: c.send(c.request(5), c.request(3)), (P,))
    yield Breaks(
        "5.3.1 HEADERS that depend on themselves",
        lambda c: c.send(raw(HEADERS, 0x25, 1, b"\0\0\0\1\0" + c.block())),
        (P,),
    )
    yield Breaks(
        "5.3.1 PRIORITY that depends on itself", lambda c: c.send(raw(PRIORITY, 0, 1, b"\0\0\0\1\0")), (P,)
    )
    yield Goes(
        "5.3.1 HEADERS that depend on another",
        lambda c: c.send(raw(HEADERS, 0x25, 3, b"\x80\0\0\1\x10" + c.block())),
    )
