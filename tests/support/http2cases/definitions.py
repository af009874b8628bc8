"""What each type of frame may be: sections 6, 7 and 8.2 of RFC 7540."""

from collections.abc import Iterator

from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PushPromiseFrame,
    RstStreamFrame,
    WindowUpdateFrame,
)

from support.http2cases.case import (
    CONTINUATION,
    DATA,
    GOAWAY,
    HEADERS,
    PADDED,
    PING,
    PRIORITY,
    RST,
    SETTINGS,
    WINDOW,
    Breaks,
    Case,
    F,
    Fails,
    Goes,
    P,
    Z,
)
from support.rawhttp2 import raw


def definitions() -> Iterator[Case]:
    yield Fails("6.1 DATA on the stream 0", lambda c: c.send(raw(DATA, 0, 0, b"test")), (P,))
    yield Fails(
        "6.1 DATA with too much padding",
        lambda c: c.send(c.request(1), raw(DATA, PADDED, 1, b"\6test")),
        (P,),
    )
    yield Fails("6.1 DATA without its padding", lambda c: c.send(c.request(1), raw(DATA, PADDED, 1)), (Z,))
    yield Goes("6.1 DATA with padding", lambda c: c.send(c.request(1), raw(DATA, PADDED, 1, b"\3\0\0\0")))
    yield Fails("6.2 HEADERS on the stream 0", lambda c: c.send(raw(HEADERS, 5, 0, c.block())), (P,))
    yield Breaks(
        "6.2 HEADERS with too much padding", lambda c: c.send(raw(HEADERS, 0xD, 1, b"\xff" + c.block())), (P,)
    )
    yield Goes("6.2 HEADERS with padding", lambda c: c.send(raw(HEADERS, 0xC, 1, b"\2" + c.block() + bytes(2))))
    yield Fails("6.2 HEADERS without their priority", lambda c: c.send(raw(HEADERS, 0x25, 1, b"\0")), (Z,))
    yield Fails("6.3 PRIORITY on the stream 0", lambda c: c.send(raw(PRIORITY, 0, 0, bytes(5))), (P,))
    yield Breaks(
        "6.3 PRIORITY of another length", lambda c: c.send(c.request(1), raw(PRIORITY, 0, 1, bytes(4))), (Z,)
    )
    yield Fails("6.4 RST_STREAM on the stream 0", lambda c: c.send(raw(RST, 0, 0, bytes(4))), (P,))
    yield Fails(
        "6.4 RST_STREAM of another length", lambda c: c.send(c.request(1), raw(RST, 0, 1, bytes(3))), (Z,)
    )
    yield Fails(
        "6.5 SETTINGS acknowledged with a payload", lambda c: c.send(raw(SETTINGS, 1, 0, bytes(6))), (Z,)
    )
    yield Fails("6.5 SETTINGS on a stream", lambda c: c.send(raw(SETTINGS, 0, 1, bytes(6))), (P,))
    yield Fails("6.5 SETTINGS of another length", lambda c: c.send(raw(SETTINGS, 0, 0, bytes(3))), (Z,))
    for name, payload, code in (
        ("SETTINGS_ENABLE_PUSH of 2", b"\0\2\0\0\0\2", P),
        ("SETTINGS_INITIAL_WINDOW_SIZE of 2^31", b"\0\4\x80\0\0\0", F),
        ("SETTINGS_MAX_FRAME_SIZE below 2^14", b"\0\5\0\0\x3f\xff", P),
        ("SETTINGS_MAX_FRAME_SIZE of 2^24", b"\0\5\1\0\0\0", P),
    ):
        yield Fails(f"6.5.2 {name}", lambda c, p=payload: c.send(raw(SETTINGS, 0, 0, p)), (code,))  # type: ignore[misc]
    yield Goes("6.5.2 an unknown setting", lambda c: c.send(raw(SETTINGS, 0, 0, b"\0\xff\0\0\0\1")))
    yield Goes("6.7 PING that acknowledges nothing", lambda c: c.send(raw(PING, 1, 0, b"whatever")))
    yield Fails("6.7 PING on a stream", lambda c: c.send(raw(PING, 0, 1, bytes(8))), (P,))
    yield Fails("6.7 PING of another length", lambda c: c.send(raw(PING, 0, 0, bytes(6))), (Z,))
    yield Fails("6.8 GOAWAY on a stream", lambda c: c.send(raw(GOAWAY, 0, 1, bytes(8))), (P,))
    yield Fails("6.8 GOAWAY of another length", lambda c: c.send(raw(GOAWAY, 0, 0, bytes(7))), (Z,))
    yield Fails("6.9 WINDOW_UPDATE by 0", lambda c: c.send(raw(WINDOW, 0, 0, bytes(4))), (P,))
    yield Breaks(
        "6.9 WINDOW_UPDATE of a stream by 0",
        lambda c: c.send(c.request(1), raw(WINDOW, 0, 1, bytes(4))),
        (P,),
    )
    yield Fails("6.9 WINDOW_UPDATE of another length", lambda c: c.send(raw(WINDOW, 0, 0, bytes(3))), (Z,))
    widest = 2**31 - 1
    yield Fails(
        "6.9.1 a window that is too wide",
        lambda c: c.send(WindowUpdateFrame(0, widest), WindowUpdateFrame(0, widest)),
        (F,),
    )
    yield Breaks(
        "6.9.1 a stream's window that is too wide",
        lambda c: c.send(c.request(1), WindowUpdateFrame(1, widest), WindowUpdateFrame(1, widest)),
        (F,),
    )
    yield Fails(
        "6.9.2 a setting that makes a window too wide",
        lambda c: c.send(
            c.request(1), WindowUpdateFrame(1, widest - 65_535), raw(SETTINGS, 0, 0, b"\0\4\0\1\0\1")
        ),
        (F,),
    )
    yield Goes(
        "6.10 many CONTINUATION frames",
        lambda c: c.send(
            HeadersFrame(1, c.block()),
            ContinuationFrame(1, c.block([("x-a", "1")])),
            ContinuationFrame(1, c.block([("x-b", "2")]), flags=["END_HEADERS"]),
        ),
    )
    yield Fails(
        "6.10 CONTINUATION and then DATA",
        lambda c: c.send(HeadersFrame(1, c.block()), ContinuationFrame(1, b""), DataFrame(1, b"test")),
        (P,),
    )
    yield Fails(
        "6.10 CONTINUATION on the stream 0",
        lambda c: c.send(HeadersFrame(1, c.block()), raw(CONTINUATION, 4, 0)),
        (P,),
    )
    yield Fails(
        "6.10 CONTINUATION after whole HEADERS",
        lambda c: c.send(c.request(1), ContinuationFrame(1, b"")),
        (P,),
    )
    yield Fails(
        "6.10 CONTINUATION after DATA",
        lambda c: c.send(c.request(1), DataFrame(1, b"test"), ContinuationFrame(1, b"")),
        (P,),
    )
    yield Goes("7 RST_STREAM for an unknown reason", lambda c: c.send(c.request(1), RstStreamFrame(1, 0xFF)))
    yield Fails(
        "8.2 PUSH_PROMISE",
        lambda c: c.send(c.request(1), PushPromiseFrame(1, 2, c.block(), flags=["END_HEADERS"])),
        (P,),
    )
