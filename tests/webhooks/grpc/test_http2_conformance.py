"""The cases of h2spec, sent by our own client: what a server must do with frames that may or may not be sent.

h2spec (https://github.com/summerwind/h2spec) itself is not run: these are its cases, with its
expectations, by the numbers of its sections, those of RFC 7540 and 7541, and a few more of the kind.
Like h2spec, they take an error of the whole connection for one of a stream. What stands in
h2spec under `generic` as well as under `http2` stands here once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.method import Method
from support.grpcserving import echo, serving
from support.rawhttp2 import CLOSED, MESSAGE, REQUEST, RawClient, bodies, goaways, raw, raw_client, resets

_DATA, _HEADERS, _PRIORITY, _RST, _SETTINGS, _PING, _GOAWAY, _WINDOW, _CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
_END_STREAM, _END_HEADERS, _PADDED, _WITH_PRIORITY = 0x1, 0x4, 0x8, 0x20

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


def _without(name: str) -> list[tuple[str, str]]:
    return [field for field in REQUEST if field[0] != name]


def _with(name: str, value: str) -> list[tuple[str, str]]:
    return [(key, value if key == name else old) for key, old in REQUEST]


def _late(frame: Callable[[RawClient], Frame]) -> Send:
    """A frame for a call that has been answered."""

    def send(client: RawClient) -> None:
        client.send(*_whole(client))
        client.body(1)
        client.send(frame(client))

    return send


def _whole(client: RawClient) -> tuple[Frame, Frame]:
    """A request that has come."""
    return client.request(1), DataFrame(1, MESSAGE, flags=["END_STREAM"])


def _left(client: RawClient) -> tuple[Frame, Frame]:
    """A request that was given up."""
    return client.request(1), RstStreamFrame(1, 8)


_P, _F, _S, _C, _Z = (
    ErrorCodes.PROTOCOL_ERROR,
    ErrorCodes.FLOW_CONTROL_ERROR,
    ErrorCodes.STREAM_CLOSED,
    ErrorCodes.COMPRESSION_ERROR,
    ErrorCodes.FRAME_SIZE_ERROR,
)


def _frames() -> Iterator[Case]:
    yield Goes("4.1 an unknown type", lambda c: c.send(raw(22, 0, 0, bytes(8))))
    yield Goes("4.1 an undefined flag", lambda c: c.send(raw(_PING, 0x16, 0, bytes(8))))
    yield Goes("4.1 the reserved bit", lambda c: c.send(raw(_PING, 0, 0x8000_0000, bytes(8))))
    yield Goes(
        "4.2 a DATA frame of 2^14 bytes", lambda c: c.send(c.request(1), DataFrame(1, framed(bytes(16_379))))
    )
    yield Breaks(
        "4.2 a DATA frame that is too large", lambda c: c.send(c.request(1), DataFrame(1, bytes(16_385))), (_Z,)
    )
    yield Fails(
        "4.2 a HEADERS frame that is too large", lambda c: c.send(raw(_HEADERS, 5, 1, bytes(16_385))), (_Z,)
    )
    yield Fails("4.3 a block that can't be read", lambda c: c.send(raw(_HEADERS, 5, 1, b"\x40")), (_C,))
    yield Fails(
        "4.3 PRIORITY within a block",
        lambda c: c.send(HeadersFrame(1, c.block()), raw(_PRIORITY, 0, 1, bytes(5)), ContinuationFrame(1, b"")),
        (_P,),
    )
    yield Fails(
        "4.3 HEADERS of another stream within a block",
        lambda c: c.send(HeadersFrame(1, c.block()), c.request(3), ContinuationFrame(1, b"")),
        (_P,),
    )
    yield Fails(
        "5.5 an unknown type within a block",
        lambda c: c.send(HeadersFrame(1, c.block()), raw(22, 0, 0, bytes(8))),
        (_P,),
    )


def _states() -> Iterator[Case]:
    yield Fails("5.1 idle: DATA", lambda c: c.send(DataFrame(1, b"test", flags=["END_STREAM"])), (_P,))
    yield Fails("5.1 idle: RST_STREAM", lambda c: c.send(RstStreamFrame(1, 8)), (_P,))
    yield Fails("5.1 idle: WINDOW_UPDATE", lambda c: c.send(WindowUpdateFrame(1, 100)), (_P,))
    yield Fails(
        "5.1 idle: CONTINUATION",
        lambda c: c.send(ContinuationFrame(1, c.block(), flags=["END_HEADERS"])),
        (_P,),
    )
    yield Goes("5.1 idle: PRIORITY", lambda c: c.send(PriorityFrame(1, depends_on=0, stream_weight=255)))
    yield Breaks(
        "5.1 half closed: DATA",
        lambda c: c.send(*_whole(c), DataFrame(1, b"test", flags=["END_STREAM"])),
        (_S,),
    )
    yield Breaks("5.1 half closed: HEADERS", lambda c: c.send(*_whole(c), c.request(1, "END_STREAM")), (_S,))
    yield Breaks(
        "5.1 half closed: CONTINUATION", lambda c: c.send(*_whole(c), ContinuationFrame(1, b"")), (_S, _P)
    )
    yield Goes("5.1 half closed: WINDOW_UPDATE", lambda c: c.send(*_whole(c), WindowUpdateFrame(1, 100)))
    yield Goes("5.1 half closed: PRIORITY", lambda c: c.send(*_whole(c), PriorityFrame(1, stream_weight=9)))
    yield Goes("5.1 half closed: RST_STREAM", lambda c: c.send(*_whole(c), RstStreamFrame(1, 8)))
    yield Breaks(
        "5.1 reset: DATA", lambda c: c.send(*_left(c), DataFrame(1, b"test", flags=["END_STREAM"])), (_S,)
    )
    yield Breaks("5.1 reset: HEADERS", lambda c: c.send(*_left(c), c.request(1, "END_STREAM")), (_S,))
    yield Breaks("5.1 reset: CONTINUATION", lambda c: c.send(*_left(c), ContinuationFrame(1, b"")), (_S, _P))
    yield Goes("5.1 reset: WINDOW_UPDATE", lambda c: c.send(*_left(c), WindowUpdateFrame(1, 100)))
    yield Breaks("5.1 closed: DATA", _late(lambda _: DataFrame(1, b"test")), (_S,))
    yield Fails("5.1 closed: HEADERS", _late(lambda c: c.request(1, "END_STREAM")), (_S,))
    yield Fails("5.1 closed: CONTINUATION", _late(lambda _: ContinuationFrame(1, b"")), (_S, _P))
    yield Goes("5.1 closed: PRIORITY", _late(lambda _: PriorityFrame(1, stream_weight=9)))
    yield Goes("5.1 closed: RST_STREAM", _late(lambda _: RstStreamFrame(1, 8)))
    yield Goes("5.1 closed: WINDOW_UPDATE", _late(lambda _: WindowUpdateFrame(1, 100)))
    yield Fails("5.1.1 an even stream", lambda c: c.send(c.request(2, "END_STREAM")), (_P,))
    yield Fails("5.1.1 a stream that was passed over", lambda c: c.send(c.request(5), c.request(3)), (_P,))
    yield Breaks(
        "5.3.1 HEADERS that depend on themselves",
        lambda c: c.send(raw(_HEADERS, 0x25, 1, b"\0\0\0\1\0" + c.block())),
        (_P,),
    )
    yield Breaks(
        "5.3.1 PRIORITY that depends on itself", lambda c: c.send(raw(_PRIORITY, 0, 1, b"\0\0\0\1\0")), (_P,)
    )
    yield Goes(
        "5.3.1 HEADERS that depend on another",
        lambda c: c.send(raw(_HEADERS, 0x25, 3, b"\x80\0\0\1\x10" + c.block())),
    )


def _definitions() -> Iterator[Case]:
    yield Fails("6.1 DATA on the stream 0", lambda c: c.send(raw(_DATA, 0, 0, b"test")), (_P,))
    yield Fails(
        "6.1 DATA with too much padding",
        lambda c: c.send(c.request(1), raw(_DATA, _PADDED, 1, b"\6test")),
        (_P,),
    )
    yield Fails("6.1 DATA without its padding", lambda c: c.send(c.request(1), raw(_DATA, _PADDED, 1)), (_Z,))
    yield Goes("6.1 DATA with padding", lambda c: c.send(c.request(1), raw(_DATA, _PADDED, 1, b"\3\0\0\0")))
    yield Fails("6.2 HEADERS on the stream 0", lambda c: c.send(raw(_HEADERS, 5, 0, c.block())), (_P,))
    yield Breaks(
        "6.2 HEADERS with too much padding", lambda c: c.send(raw(_HEADERS, 0xD, 1, b"\xff" + c.block())), (_P,)
    )
    yield Goes(
        "6.2 HEADERS with padding", lambda c: c.send(raw(_HEADERS, 0xC, 1, b"\2" + c.block() + bytes(2)))
    )
    yield Fails("6.2 HEADERS without their priority", lambda c: c.send(raw(_HEADERS, 0x25, 1, b"\0")), (_Z,))
    yield Fails("6.3 PRIORITY on the stream 0", lambda c: c.send(raw(_PRIORITY, 0, 0, bytes(5))), (_P,))
    yield Breaks(
        "6.3 PRIORITY of another length", lambda c: c.send(c.request(1), raw(_PRIORITY, 0, 1, bytes(4))), (_Z,)
    )
    yield Fails("6.4 RST_STREAM on the stream 0", lambda c: c.send(raw(_RST, 0, 0, bytes(4))), (_P,))
    yield Fails(
        "6.4 RST_STREAM of another length", lambda c: c.send(c.request(1), raw(_RST, 0, 1, bytes(3))), (_Z,)
    )
    yield Fails(
        "6.5 SETTINGS acknowledged with a payload", lambda c: c.send(raw(_SETTINGS, 1, 0, bytes(6))), (_Z,)
    )
    yield Fails("6.5 SETTINGS on a stream", lambda c: c.send(raw(_SETTINGS, 0, 1, bytes(6))), (_P,))
    yield Fails("6.5 SETTINGS of another length", lambda c: c.send(raw(_SETTINGS, 0, 0, bytes(3))), (_Z,))
    for name, payload, code in (
        ("SETTINGS_ENABLE_PUSH of 2", b"\0\2\0\0\0\2", _P),
        ("SETTINGS_INITIAL_WINDOW_SIZE of 2^31", b"\0\4\x80\0\0\0", _F),
        ("SETTINGS_MAX_FRAME_SIZE below 2^14", b"\0\5\0\0\x3f\xff", _P),
        ("SETTINGS_MAX_FRAME_SIZE of 2^24", b"\0\5\1\0\0\0", _P),
    ):
        yield Fails(f"6.5.2 {name}", lambda c, p=payload: c.send(raw(_SETTINGS, 0, 0, p)), (code,))  # type: ignore[misc]
    yield Goes("6.5.2 an unknown setting", lambda c: c.send(raw(_SETTINGS, 0, 0, b"\0\xff\0\0\0\1")))
    yield Goes("6.7 PING that acknowledges nothing", lambda c: c.send(raw(_PING, 1, 0, b"whatever")))
    yield Fails("6.7 PING on a stream", lambda c: c.send(raw(_PING, 0, 1, bytes(8))), (_P,))
    yield Fails("6.7 PING of another length", lambda c: c.send(raw(_PING, 0, 0, bytes(6))), (_Z,))
    yield Fails("6.8 GOAWAY on a stream", lambda c: c.send(raw(_GOAWAY, 0, 1, bytes(8))), (_P,))
    yield Fails("6.8 GOAWAY of another length", lambda c: c.send(raw(_GOAWAY, 0, 0, bytes(7))), (_Z,))
    yield Fails("6.9 WINDOW_UPDATE by 0", lambda c: c.send(raw(_WINDOW, 0, 0, bytes(4))), (_P,))
    yield Breaks(
        "6.9 WINDOW_UPDATE of a stream by 0",
        lambda c: c.send(c.request(1), raw(_WINDOW, 0, 1, bytes(4))),
        (_P,),
    )
    yield Fails("6.9 WINDOW_UPDATE of another length", lambda c: c.send(raw(_WINDOW, 0, 0, bytes(3))), (_Z,))
    widest = 2**31 - 1
    yield Fails(
        "6.9.1 a window that is too wide",
        lambda c: c.send(WindowUpdateFrame(0, widest), WindowUpdateFrame(0, widest)),
        (_F,),
    )
    yield Breaks(
        "6.9.1 a stream's window that is too wide",
        lambda c: c.send(c.request(1), WindowUpdateFrame(1, widest), WindowUpdateFrame(1, widest)),
        (_F,),
    )
    yield Fails(
        "6.9.2 a setting that makes a window too wide",
        lambda c: c.send(
            c.request(1), WindowUpdateFrame(1, widest - 65_535), raw(_SETTINGS, 0, 0, b"\0\4\0\1\0\1")
        ),
        (_F,),
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
        (_P,),
    )
    yield Fails(
        "6.10 CONTINUATION on the stream 0",
        lambda c: c.send(HeadersFrame(1, c.block()), raw(_CONTINUATION, 4, 0)),
        (_P,),
    )
    yield Fails(
        "6.10 CONTINUATION after whole HEADERS",
        lambda c: c.send(c.request(1), ContinuationFrame(1, b"")),
        (_P,),
    )
    yield Fails(
        "6.10 CONTINUATION after DATA",
        lambda c: c.send(c.request(1), DataFrame(1, b"test"), ContinuationFrame(1, b"")),
        (_P,),
    )
    yield Goes("7 RST_STREAM for an unknown reason", lambda c: c.send(c.request(1), RstStreamFrame(1, 0xFF)))
    yield Fails(
        "8.2 PUSH_PROMISE",
        lambda c: c.send(c.request(1), PushPromiseFrame(1, 2, c.block(), flags=["END_HEADERS"])),
        (_P,),
    )


def _messages() -> Iterator[Case]:
    yield Breaks(
        "8.1 more HEADERS that end nothing",
        lambda c: c.send(c.request(1), DataFrame(1, b"test"), c.request(1, fields=[("x-test", "ok")])),
        (_P,),
    )
    fields = {
        "8.1.2 a name with capitals": [*REQUEST, ("X-Test", "ok")],
        "8.1.2 an empty name": [*REQUEST, ("", "ok")],
        "8.1.2 a line break in a value": [*REQUEST, ("x-test", "o\r\nk")],
        "8.1.2 a blank around a value": [*REQUEST, ("x-test", " ok")],
        "8.1.2.1 an unknown pseudo-header": [(":test", "ok"), *REQUEST],
        "8.1.2.1 a response's pseudo-header": [*REQUEST[:4], (":status", "200"), *REQUEST[4:]],
        "8.1.2.1 a pseudo-header after another header": [*REQUEST[1:], REQUEST[0]],
        "8.1.2.2 a header of connections": [*REQUEST, ("connection", "keep-alive")],
        "8.1.2.2 te other than trailers": [*_without("te"), ("te", "trailers, deflate;q=0.5")],
        "8.1.2.3 an empty path": _with(":path", ""),
        "8.1.2.3 no method": _without(":method"),
        "8.1.2.3 no scheme": _without(":scheme"),
        "8.1.2.3 no path": _without(":path"),
        "8.1.2.3 two methods": [REQUEST[0], *REQUEST],
        "8.1.2.3 two schemes": [REQUEST[1], *REQUEST],
        "8.1.2.3 two paths": [REQUEST[2], *REQUEST],
    }
    for name, sent in fields.items():
        yield Breaks(name, lambda c, s=sent: c.send(c.request(1, "END_STREAM", fields=s)), (_P,))  # type: ignore[misc]
    yield Breaks(
        "8.1.2.1 a pseudo-header in trailers",
        lambda c: c.send(
            c.request(1), DataFrame(1, MESSAGE), c.request(1, "END_STREAM", fields=[(":method", "POST")])
        ),
        (_P,),
    )
    yield Goes(
        "8.1 trailers",
        lambda c: c.send(
            c.request(1), DataFrame(1, MESSAGE), c.request(1, "END_STREAM", fields=[("x-test", "ok")])
        ),
    )
    for length in ("1", "5", "-1", "1, 1"):
        yield Breaks(
            f"8.1.2.6 a content-length of {length} before 4 bytes",
            lambda c, n=length: c.send(  # type: ignore[misc]
                c.request(1, more=[("content-length", n)]), DataFrame(1, b"test", flags=["END_STREAM"])
            ),
            (_P,),
        )
    yield Breaks(
        "8.1.2.6 a content-length of 1 before 2 times 4 bytes",
        lambda c: c.send(
            c.request(1, more=[("content-length", "1")]),
            DataFrame(1, b"test"),
            DataFrame(1, b"test", flags=["END_STREAM"]),
        ),
        (_P,),
    )
    yield Breaks(
        "8.1.2.6 two content-lengths",
        lambda c: c.send(c.request(1, more=[("content-length", "1"), ("content-length", "2")])),
        (_P,),
    )


def _packing() -> Iterator[Case]:
    def block(name: str, before: bytes, after: bytes) -> Fails:
        def send(client: RawClient) -> None:
            client.send(raw(_HEADERS, 5, 1, before + client.block() + after))

        return Fails(f"hpack {name}", send, (_C,))

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
            yield Goes(f"hpack {name}", lambda c, f=field: c.send(raw(_HEADERS, 4, 1, c.block() + f)))  # type: ignore[misc]
    yield Goes("hpack 6.3 a table's size", lambda c: c.send(raw(_HEADERS, 4, 1, b"\x20" + c.block())))
    yield Goes(
        "hpack 4.2 two tables' sizes", lambda c: c.send(raw(_HEADERS, 4, 1, b"\x20\x3f\xe1\x1f" + c.block()))
    )


_CASES = [*_frames(), *_states(), *_definitions(), *_messages(), *_packing()]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving({"/t.T/Echo": Method(echo, "echo")}) as server:
        yield server.port


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_what_h2spec_sends_is_taken_or_refused_as_it_expects(port: int, case: Case) -> None:
    with raw_client(port) as client:
        client.greet()
        case.send(client)
        came = client.until_ping()
    ended = goaways(came)
    match case:
        case Fails():
            assert came[-1] is CLOSED
            assert ended in [[code] for code in case.codes]
        case Breaks():
            assert {*ended, *(code for _, code in resets(came))} & set(case.codes)
        case _:
            assert not ended
            assert not resets(came)
            assert came[-1:] != [CLOSED]


def test_the_first_frame_from_us_is_settings(port: int) -> None:
    with raw_client(port) as client:
        client.greet()
        first = next(client.frames())
    assert isinstance(first, SettingsFrame)
    assert "ACK" not in first.flags


@pytest.mark.parametrize(
    "said",
    [b"INVALID CONNECTION PREFACE\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"],
    ids=["noise", "HTTP/1.1"],
)
def test_whoever_does_not_speak_http2_is_sent_away(port: int, said: bytes) -> None:
    with raw_client(port) as client:
        client.send(said)
        assert goaways(client.until_closed()) == [ErrorCodes.PROTOCOL_ERROR]


def test_whoever_does_not_begin_with_settings_is_sent_away(port: int) -> None:
    with raw_client(port) as client:
        client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", PingFrame(0, bytes(8)))
        assert goaways(client.until_closed()) == [ErrorCodes.PROTOCOL_ERROR]


def test_settings_and_pings_are_acknowledged(port: int) -> None:
    with raw_client(port) as client:
        client.greet(INITIAL_WINDOW_SIZE=100)
        came = client.until_ping()
    assert ["ACK" in frame.flags for frame in came if isinstance(frame, SettingsFrame)] == [False, True]


def test_a_call_beyond_the_allowed_ones_is_refused_and_the_others_go_on(port: int) -> None:
    with raw_client(port) as client:
        client.greet()
        allowed = next(frame for frame in client.frames() if isinstance(frame, SettingsFrame)).settings
        most = allowed[SettingsFrame.MAX_CONCURRENT_STREAMS]
        numbers = [1 + 2 * index for index in range(most + 1)]
        client.send(*(client.request(number) for number in numbers))
        assert resets(client.until_ping()) == [(numbers[-1], ErrorCodes.REFUSED_STREAM)]
        client.send(DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        assert client.body(1) == MESSAGE


def test_a_response_comes_as_the_window_opens_and_trails_behind_it(port: int) -> None:
    with raw_client(port) as client:
        client.greet(INITIAL_WINDOW_SIZE=100)
        client.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 3}))
        client.send(*_whole(client))
        assert client.body(1, 3) == MESSAGE[:3]
        # Now it is -1: one byte may be sent once two more are allowed.
        client.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 2}))
        assert not bodies(client.until_ping(), 1)
        client.send(WindowUpdateFrame(1, 2))
        assert client.body(1, 1) == MESSAGE[3:4]
        client.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 100}))
        assert client.body(1) == MESSAGE[4:]


def test_all_streams_together_have_a_window_too(port: int) -> None:
    # As much as we take at once, which is a byte more than a connection may send at first.
    size = 65_536
    large = b"\0" + (size - 5).to_bytes(4) + bytes(size - 5)
    with raw_client(port) as client:
        client.greet(INITIAL_WINDOW_SIZE=2**20)
        client.send(
            client.request(1), *(DataFrame(1, large[at : at + 16_384]) for at in range(0, size, 16_384))
        )
        client.send(DataFrame(1, flags=["END_STREAM"]))
        assert client.body(1, 65_535) == large[:65_535]
        assert not bodies(client.until_ping(), 1)
        client.send(WindowUpdateFrame(0, 1))
        assert client.body(1) == large[65_535:]


def test_an_unknown_reason_to_go_away_is_no_reason_to_fail(port: int) -> None:
    with raw_client(port) as client:
        client.greet()
        client.send(GoAwayFrame(0, error_code=0xFF))
        came: list[Frame] = client.until_closed()
    assert goaways(came) == [ErrorCodes.NO_ERROR]
