"""What one connection, or one call, may cost: floods, slow senders, slow readers, and what lasts too long."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from http import HTTPStatus

import grpc
import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.allowance import BURST, PER_CALL, PER_SECOND, Allowance, FloodError
from interlock_webhooks.grpc.connection import GREETING, IDLE, STALL
from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.method import Method, StreamedMethod
from interlock_webhooks.grpc.outbox import SEND
from support.grpcserving import Serving, channel_to, echo, serving, summed
from support.rawhttp2 import CLOSED, MESSAGE, REQUEST, RawClient, goaways, raw, raw_client, resets

_SECOND = 1_000_000_000
_FAR = 3600 * _SECOND


@pytest.fixture
def server() -> Iterator[Serving]:
    with serving(
        {"/t.T/Echo": Method(echo, "echo"), "/t.T/Summed": StreamedMethod(summed, "summed")}
    ) as started:
        yield started


@pytest.fixture
def client(server: Serving) -> Iterator[RawClient]:
    with raw_client(server.port) as connected:
        connected.greet()
        yield connected


_FLOODS = {
    "pings": lambda _: PingFrame(0, bytes(8)).serialize(),
    "acknowledged pings": lambda _: PingFrame(0, bytes(8), flags=["ACK"]).serialize(),
    "settings": lambda _: SettingsFrame(0).serialize(),
    "acknowledged settings": lambda _: SettingsFrame(0, flags=["ACK"]).serialize(),
    "priorities": lambda _: PriorityFrame(1, stream_weight=1).serialize(),
    "window updates": lambda _: WindowUpdateFrame(0, 1).serialize(),
    "unknown frames": lambda _: raw(77, 0, 0),
    "empty data": lambda _: DataFrame(1).serialize(),
}


@pytest.mark.parametrize("flood", _FLOODS)
def test_a_flood_of_what_asks_for_nothing_ends_the_connection(
    server: Serving, client: RawClient, flood: str
) -> None:
    client.send(client.request(1))
    frame = _FLOODS[flood](None)
    came = _pushed(client, frame * (2 * BURST))
    assert goaways(came) == [ErrorCodes.ENHANCE_YOUR_CALM]
    assert server.lines[-1]["level"] == "warning"


def test_calls_that_are_reset_at_once_end_the_connection(server: Serving, client: RawClient) -> None:
    frames = b"".join(
        client.request(stream).serialize() + RstStreamFrame(stream, 8).serialize()
        for stream in range(1, 4 * BURST, 2)
    )
    assert goaways(_pushed(client, frames)) == [ErrorCodes.ENHANCE_YOUR_CALM]
    server.settled()


def test_calls_that_fail_at_once_end_the_connection(client: RawClient) -> None:
    frames = b"".join(
        client.request(stream, "END_STREAM", fields=[*REQUEST, ("connection", "close")]).serialize()
        for stream in range(1, 4 * BURST, 2)
    )
    assert goaways(_pushed(client, frames)) == [ErrorCodes.ENHANCE_YOUR_CALM]


def test_a_block_of_fields_that_goes_on_and_on_ends_the_connection(client: RawClient) -> None:
    frames = HeadersFrame(1, client.block()).serialize() + ContinuationFrame(1, b"").serialize() * 100
    assert goaways(_pushed(client, frames)) == [ErrorCodes.ENHANCE_YOUR_CALM]


def test_fields_that_unpack_to_too_much_end_the_connection(client: RawClient) -> None:
    # One entry of the table, asked for a thousand times.
    block = client.block([*REQUEST, ("x-large", "a" * 3000)]) + b"\xbe" * 1000
    assert goaways(_pushed(client, raw(1, 4, 1, block))) == [ErrorCodes.COMPRESSION_ERROR]


def test_busy_clients_may_ping_as_often_as_they_are_answered(client: RawClient) -> None:
    for stream in range(1, 401, 2):
        client.send(client.request(stream), DataFrame(stream, MESSAGE, flags=["END_STREAM"]))
        client.send(*(PingFrame(0, b"%08d" % number) for number in range(PER_CALL - 2)))
        assert client.body(stream) == MESSAGE
    assert client.until_ping()[-1:] != [CLOSED]


def test_what_is_allowed_comes_back_with_time() -> None:
    allowance = Allowance(0)
    for _ in range(BURST):
        allowance.spend(0)
    with pytest.raises(FloodError):
        allowance.spend(0)
    for _ in range(PER_SECOND):
        allowance.spend(_SECOND)
    with pytest.raises(FloodError):
        allowance.spend(_SECOND)
    for _ in range(BURST):
        allowance.spend(_FAR)
    with pytest.raises(FloodError):
        allowance.spend(_FAR)


def test_what_is_allowed_never_grows_beyond_the_burst() -> None:
    allowance = Allowance(0)
    for _ in range(BURST):
        allowance.earn()
    for _ in range(BURST):
        allowance.spend(0)
    with pytest.raises(FloodError):
        allowance.spend(0)


@pytest.mark.parametrize(("waited", "is_over"), [(GREETING - _SECOND, False), (GREETING + _SECOND, True)])
def test_a_connection_that_says_nothing_is_closed(server: Serving, waited: int, *, is_over: bool) -> None:
    with raw_client(server.port) as silent:
        next(silent.frames())
        server.sweep(waited)
        if is_over:
            assert goaways(silent.until_closed()) == [ErrorCodes.NO_ERROR]
        else:
            silent.greet()
            assert silent.until_ping()[-1:] != [CLOSED]


@pytest.mark.parametrize(("waited", "is_over"), [(IDLE - _SECOND, False), (IDLE + _SECOND, True)])
def test_a_connection_without_calls_is_closed(
    server: Serving, client: RawClient, waited: int, *, is_over: bool
) -> None:
    client.until_ping()
    server.sweep(waited)
    assert (client.until_ping(b"closed??")[-1:] == [CLOSED]) is is_over


def test_a_message_that_does_not_come_is_waited_for_ten_seconds(server: Serving, client: RawClient) -> None:
    client.send(client.request(1), DataFrame(1, MESSAGE[:3]))
    client.until_ping()
    server.sweep(9 * _SECOND)
    assert not resets(client.until_ping(b"not yet?"))
    server.sweep(11 * _SECOND)
    came = client.until_ping(b"and now?")
    assert _ending(client, came) == {b"grpc-status": b"4", b"grpc-message": b"the call took longer than it may"}
    assert resets(came) == [(1, ErrorCodes.NO_ERROR)]
    server.settled()


def test_a_stream_may_last_and_ends_with_its_deadline(server: Serving, client: RawClient) -> None:
    fields = [(name, "/t.T/Summed" if name == ":path" else value) for name, value in REQUEST]
    client.send(client.request(1, fields=fields), DataFrame(1, MESSAGE))
    client.send(client.request(3, fields=[*fields, ("grpc-timeout", "20S")]), DataFrame(3, MESSAGE))
    client.until_ping()
    server.sweep(_FAR)
    assert {frame.stream_id for frame in client.until_ping(b"and now?")} == {3}
    client.send(DataFrame(1, flags=["END_STREAM"]))
    assert client.body(1) == framed(b"1 4")
    server.settled()


def test_whoever_reads_no_answer_is_dropped(server: Serving) -> None:
    with raw_client(server.port) as client:
        client.greet(INITIAL_WINDOW_SIZE=0)
        client.send(client.request(1), DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))
        server.sweep(SEND + _SECOND)
        assert resets(client.until_ping()) == [(1, ErrorCodes.CANCEL)]


def test_whoever_reads_nothing_is_read_from_no_more_and_dropped(server: Serving) -> None:
    message = framed(bytes(4_000_000))
    with raw_client(server.port) as client:
        client.greet(INITIAL_WINDOW_SIZE=2**30)
        client.send(WindowUpdateFrame(0, 2**30))
        client.connection.settimeout(1)
        sender = threading.Thread(target=_call_without_end, args=(client, message))
        sender.start()
        sender.join()
        while server.connections:
            server.sweep(STALL + _SECOND)
    server.settled()


def _call_without_end(client: RawClient, message: bytes) -> None:
    """Call until nothing can be sent any more."""
    try:
        for stream in range(1, 1_000, 2):
            client.send(client.request(stream))
            for at in range(0, len(message), 16_384):
                client.send(DataFrame(stream, message[at : at + 16_384]))
            client.send(DataFrame(stream, flags=["END_STREAM"]))
    except (TimeoutError, ConnectionError):
        return


def test_an_answer_outlives_its_deadline_only_in_silence() -> None:
    begun, go_on, done = threading.Event(), asyncio.Event(), threading.Event()

    async def slow(_request: Request) -> Answer:
        begun.set()
        await go_on.wait()
        done.set()
        return Answer(b"late")

    with serving({"/t.T/Slow": Method(slow, "slow")}) as started, channel_to(started.port) as channel:
        call = channel.unary_unary("/t.T/Slow").future(b"", timeout=30)
        assert begun.wait(20)
        started.sweep(31 * _SECOND)
        error = call.exception(20)
        assert isinstance(error, grpc.RpcError)
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert (
            b'interlock_request_errors_total{endpoint="slow",status="504"} 1.0' in started.metrics.exposition()
        )
        started.do(go_on.set)
        assert done.wait(20)
        started.settled()


def test_what_was_begun_for_a_caller_that_has_gone_is_finished() -> None:
    begun, go_on, done = threading.Event(), asyncio.Event(), threading.Event()

    async def slow(_request: Request) -> Answer:
        begun.set()
        await go_on.wait()
        done.set()
        return Answer(b"late")

    methods = {"/t.T/Slow": Method(slow, "slow"), "/t.T/Echo": Method(echo, "echo")}
    with serving(methods) as started, channel_to(started.port) as channel:
        call = channel.unary_unary("/t.T/Slow").future(b"", timeout=30)
        assert begun.wait(20)
        call.cancel()
        # What comes later on the connection says that this has come.
        assert channel.unary_unary("/t.T/Echo")(b"later", timeout=20) == b"later"
        started.do(go_on.set)
        assert done.wait(20)
        started.settled()


def test_what_fails_for_a_caller_that_has_gone_is_logged() -> None:
    begun, go_on = threading.Event(), asyncio.Event()

    async def failing(_request: Request) -> Answer:
        begun.set()
        await go_on.wait()
        raise ZeroDivisionError

    with serving({"/t.T/Slow": Method(failing, "slow")}) as started, channel_to(started.port) as channel:
        call = channel.unary_unary("/t.T/Slow").future(b"", timeout=30)
        assert begun.wait(20)
        started.sweep(31 * _SECOND)
        assert call.exception(20).code() is grpc.StatusCode.DEADLINE_EXCEEDED
        started.do(go_on.set)
        started.settled()
        assert [line["endpoint"] for line in started.lines if line["event"] == "request failed"] == ["slow"]


def test_a_handler_that_is_cancelled_allows_nothing() -> None:
    async def cancelled(_request: Request) -> Answer:
        raise asyncio.CancelledError

    with (
        serving({"/t.T/Cancelled": Method(cancelled, "cancelled")}) as started,
        channel_to(started.port) as channel,
    ):
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/t.T/Cancelled")(b"", timeout=20)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        started.settled()


def test_a_stream_s_handler_hears_that_its_caller_has_gone() -> None:
    heard: list[BaseException] = []
    begun, ended = threading.Event(), threading.Event()

    async def listen(_request: Request, messages: AsyncIterator[bytes]) -> Answer:
        try:
            async for _ in messages:
                begun.set()
        except Exception as error:
            heard.append(error)
            ended.set()
            raise
        return Answer(b"")

    with (
        serving({"/t.T/Listen": StreamedMethod(listen, "listen")}) as started,
        raw_client(started.port) as client,
    ):
        client.greet()
        fields = [(name, "/t.T/Listen" if name == ":path" else value) for name, value in REQUEST]
        client.send(client.request(1, fields=fields), DataFrame(1, MESSAGE))
        assert begun.wait(20)
        client.send(RstStreamFrame(1, ErrorCodes.CANCEL))
        assert ended.wait(20)
        assert str(heard[0]) == "the call was broken off"
        started.settled()


def test_a_stream_is_read_no_faster_than_it_is_taken() -> None:
    go_on = asyncio.Event()

    async def slow(_request: Request, messages: AsyncIterator[bytes]) -> Answer:
        await go_on.wait()
        return Answer(b"%d" % len([message async for message in messages]))

    with serving({"/t.T/Slow": StreamedMethod(slow, "slow")}) as started, raw_client(started.port) as client:
        client.greet()
        fields = [(name, "/t.T/Slow" if name == ":path" else value) for name, value in REQUEST]
        client.send(client.request(1, fields=fields))
        for _ in range(4):
            client.send(DataFrame(1, framed(bytes(16_379))))
        assert not [
            frame for frame in client.until_ping() if isinstance(frame, WindowUpdateFrame) and frame.stream_id
        ]
        started.do(go_on.set)
        assert any(isinstance(frame, WindowUpdateFrame) and frame.stream_id == 1 for frame in client.frames())
        client.send(DataFrame(1, flags=["END_STREAM"]))
        assert client.body(1) == framed(b"4")


def test_a_connection_has_room_for_calls_however_many_there_were(server: Serving, client: RawClient) -> None:
    message = framed(bytes(60_000))
    summed = [(name, "/t.T/Summed" if name == ":path" else value) for name, value in REQUEST]
    parts = [message[at : at + 16_384] for at in range(0, len(message), 16_384)]
    room = 65_535
    for stream in range(1, 402, 2):
        # Some are answered, some given up with their messages there, and some before they are whole.
        whole = stream % 4 == 1
        client.send(client.request(stream, fields=REQUEST if stream % 8 < 4 else summed))
        client.send(*(DataFrame(stream, part) for part in (parts if whole else parts[:-1])))
        room -= len(message) if whole else 3 * 16_384
        client.send(DataFrame(stream, flags=["END_STREAM"]) if whole else RstStreamFrame(stream, 8))
        if whole:
            client.send(WindowUpdateFrame(0, len(message)), WindowUpdateFrame(stream, len(message)))
        for frame in client.until_ping():
            if isinstance(frame, WindowUpdateFrame) and not frame.stream_id:
                room += frame.window_increment
    server.settled()
    room += sum(
        frame.window_increment
        for frame in client.until_ping()
        if isinstance(frame, WindowUpdateFrame) and not frame.stream_id
    )
    assert room > 2**22


def test_more_than_may_be_sent_breaks_a_stream() -> None:
    go_on = asyncio.Event()

    async def waiting(_request: Request, _messages: AsyncIterator[bytes]) -> Answer:
        await go_on.wait()
        return Answer(b"")

    with (
        serving({"/t.T/Echo": StreamedMethod(waiting, "waiting")}) as started,
        raw_client(started.port) as client,
    ):
        client.greet()
        client.send(client.request(1))
        for _ in range(5):
            client.send(DataFrame(1, framed(bytes(16_379))))
        assert resets(client.until_ping()) == [(1, ErrorCodes.FLOW_CONTROL_ERROR)]
        started.do(go_on.set)
        started.settled()


def test_more_calls_than_may_run_are_told_to_try_again(server: Serving) -> None:
    server.calls.running = 1024
    with channel_to(server.port) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/t.T/Echo")(b"", timeout=20)
    server.calls.running = 0
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert ("retry-after", "1") in caught.value.trailing_metadata()


def test_more_bytes_than_may_be_held_are_told_to_try_again(server: Serving) -> None:
    server.calls.held = 256 * 1024 * 1024
    with channel_to(server.port) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/t.T/Echo")(b"some", timeout=20)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert server.calls.held == 256 * 1024 * 1024
    server.calls.held = 0


def test_streams_leave_room_for_calls(server: Serving) -> None:
    server.calls.streaming = 256
    with channel_to(server.port) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            channel.stream_unary("/t.T/Summed")(iter([b"some"]), timeout=20)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert channel.unary_unary("/t.T/Echo")(b"some", timeout=20) == b"some"
    server.calls.streaming = 0


def test_a_connection_too_many_is_refused(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock_webhooks.grpc.listener.MAX_CONNECTIONS", 1)
    with raw_client(server.port) as first:
        first.greet()
        first.until_ping()
        with raw_client(server.port) as second:
            assert second.until_closed() == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([(":method", "GET"), *REQUEST[1:]], HTTPStatus.METHOD_NOT_ALLOWED),
        ([*REQUEST[:4], ("content-type", "application/json")], HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (REQUEST[:4], HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ],
)
def test_what_is_not_grpc_has_a_status_of_http(
    client: RawClient, fields: list[tuple[str, str]], status: HTTPStatus
) -> None:
    client.send(client.request(1, "END_STREAM", fields=fields))
    assert _ending(client, client.until_ping()) == {b":status": b"%d" % status}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"", b"the call has no whole message: send one"),
        (MESSAGE[:-1], b"the call has no whole message: send one"),
        (MESSAGE + MESSAGE, b"the call has more than one message: send one"),
    ],
)
def test_a_call_has_one_whole_message(client: RawClient, sent: bytes, message: bytes) -> None:
    client.send(client.request(1), DataFrame(1, sent, flags=["END_STREAM"]))
    came = [next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))]
    assert _ending(client, came) == {b"grpc-status": b"3", b"grpc-message": message}


def test_whoever_compresses_is_told_what_is_taken(client: RawClient) -> None:
    client.send(client.request(1, "END_STREAM", more=[("grpc-encoding", "gzip")]))
    ending = _ending(client, client.until_ping())
    assert (ending[b"grpc-status"], ending[b"grpc-accept-encoding"]) == (b"12", b"identity")
    client.send(
        client.request(3, more=[("grpc-encoding", "identity")]), DataFrame(3, MESSAGE, flags=["END_STREAM"])
    )
    assert client.body(3) == MESSAGE


def test_a_call_is_refused_as_soon_as_it_has_more_than_one_message(client: RawClient) -> None:
    client.send(client.request(1), DataFrame(1, MESSAGE + b"\0"))
    came = [next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))]
    assert _ending(client, came)[b"grpc-message"] == b"the call has more than one message: send one"


@pytest.mark.parametrize("timeout", ["", "1", "S", "1s", "123456789S", "-1S", "1.5S", "1 S"])
def test_a_timeout_that_is_none_is_refused(client: RawClient, timeout: str) -> None:
    client.send(client.request(1, "END_STREAM", more=[("grpc-timeout", timeout)]))
    assert _ending(client, client.until_ping())[b"grpc-status"] == b"3"


def _pushed(client: RawClient, frames: bytes) -> list[Frame]:
    """All that comes of so many frames; the connection may be closed before they are sent."""
    sender = threading.Thread(target=_push, args=(client, frames))
    sender.start()
    came = client.until_closed()
    sender.join()
    return came


def _push(client: RawClient, frames: bytes) -> None:
    try:
        client.send(frames)
    except ConnectionError:
        return


def _ending(client: RawClient, came: Sequence[Frame]) -> dict[bytes, bytes]:
    """What the call on the stream 1 ended with, without what always is there."""
    (head,) = [frame for frame in came if isinstance(frame, HeadersFrame) and "END_STREAM" in frame.flags]
    fields = client.fields(head)
    assert fields.pop(b"content-type", b"application/grpc") == b"application/grpc"
    return {name: value for name, value in fields.items() if (name, value) != (b":status", b"200")}
