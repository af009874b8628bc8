"""How many bytes, calls and connections there may be at once."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    DataFrame,
    RstStreamFrame,
    WindowUpdateFrame,
)

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.method import StreamedMethod
from support.grpcserving import Serving, channel_to, serving
from support.rawhttp2 import CLOSED, MESSAGE, REQUEST, RawClient, raw_client, resets


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


def test_a_connection_too_many_takes_the_place_of_the_one_that_has_idled_the_longest(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_webhooks.grpc.listener.MAX_CONNECTIONS", 2)
    with raw_client(server.port) as first, raw_client(server.port) as second:
        for client in (first, second):
            client.greet()
            client.until_ping()
        first.send(first.request(1), DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        assert first.body(1) == MESSAGE
        with raw_client(server.port) as third:
            third.greet()
            assert third.until_ping()[-1:] != [CLOSED]
            assert CLOSED in second.until_ping()
            assert first.until_ping()[-1:] != [CLOSED]


def test_a_connection_too_many_is_refused_where_all_others_have_calls(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_webhooks.grpc.listener.MAX_CONNECTIONS", 1)
    with raw_client(server.port) as first:
        first.greet()
        first.send(first.request(1))
        first.until_ping()
        with raw_client(server.port) as second:
            assert second.until_closed() == []
