"""How a listener ends: those that call are told, what they asked for before is answered, and nothing hangs."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import DataFrame, GoAwayFrame, PingFrame

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.method import Method, StreamedMethod
from support.grpcserving import Serving, channel_to, echo, serving
from support.rawhttp2 import MESSAGE, REQUEST, raw_client

_LAST = 2**31 - 1


class Waiting:
    """A handler that answers when it is let go. `begun` is set once it runs."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self._go_on = asyncio.Event()

    async def answer(self, request: Request) -> Answer:
        """What came, once it is let go."""
        self.begun.set()
        await self._go_on.wait()
        return Answer(request.body)

    def let_go(self, server: Serving) -> None:
        """Let all go that wait."""
        server.do(self._go_on.set)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def server(waiting: Waiting) -> Iterator[Serving]:
    with serving({"/t.T/Echo": Method(waiting.answer, "waiting"), "/t.T/Now": Method(echo, "now")}) as started:
        yield started


def test_what_was_asked_before_the_end_is_answered(server: Serving, waiting: Waiting) -> None:
    with channel_to(server.port) as channel:
        call = channel.unary_unary("/t.T/Echo").future(b"asked", timeout=30)
        assert waiting.begun.wait(20)
        server.do(server.listener.stop)
        waiting.let_go(server)
        assert call.result(20) == b"asked"
        server.until(lambda: not server.connections)


def test_whoever_is_connected_is_told_before_it_is_closed(server: Serving, waiting: Waiting) -> None:
    with raw_client(server.port) as client:
        client.greet()
        client.send(client.request(1), DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        assert waiting.begun.wait(20)
        server.do(server.listener.stop)
        told = next(frame for frame in client.frames() if isinstance(frame, GoAwayFrame))
        assert (told.error_code, told.last_stream_id) == (ErrorCodes.NO_ERROR, _LAST)
        ping = next(frame for frame in client.frames() if isinstance(frame, PingFrame))
        # This was under way when we were told.
        fields = [(name, "/t.T/Now" if name == ":path" else value) for name, value in REQUEST]
        client.send(client.request(3, fields=fields), DataFrame(3, MESSAGE, flags=["END_STREAM"]))
        client.send(PingFrame(0, ping.opaque_data, flags=["ACK"]))
        assert client.body(3) == MESSAGE
        waiting.let_go(server)
        assert client.body(1) == MESSAGE
        last = client.until_closed()
    assert [(frame.error_code, frame.last_stream_id) for frame in last if isinstance(frame, GoAwayFrame)] == [
        (ErrorCodes.NO_ERROR, 3)
    ]


def test_nobody_can_connect_any_more_once_it_ends(server: Serving, waiting: Waiting) -> None:
    with raw_client(server.port) as client:
        client.greet()
        client.send(client.request(1), DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        assert waiting.begun.wait(20)
        server.do(server.listener.stop)
        next(frame for frame in client.frames() if isinstance(frame, GoAwayFrame))
        server.until(lambda: _is_refused(server.port))
        waiting.let_go(server)
        assert client.body(1) == MESSAGE


def _is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=20).close()
    except ConnectionRefusedError:
        return True
    return False


def test_streams_end_with_what_has_come() -> None:
    taken = threading.Event()

    async def count(_request: Request, messages: AsyncIterator[bytes]) -> Answer:
        number = 0
        async for _ in messages:
            number += 1
            taken.set()
        return Answer(b"%d" % number)

    with serving({"/t.T/Echo": StreamedMethod(count, "count")}) as started, raw_client(started.port) as client:
        client.greet()
        client.send(client.request(1), DataFrame(1, MESSAGE + MESSAGE[:3]))
        assert taken.wait(20)
        started.do(started.listener.stop)
        assert client.body(1) == framed(b"1")
        client.until_closed()


def test_connections_without_calls_do_not_hold_up_the_end(server: Serving) -> None:
    with raw_client(server.port) as silent, raw_client(server.port) as idle:
        idle.greet()
        idle.until_ping()
        server.do(server.listener.stop)
        # They say nothing to the ping, so that their time has to pass.
        server.until(lambda: not server.connections)
        assert any(isinstance(frame, GoAwayFrame) for frame in idle.until_closed())
        silent.until_closed()


def test_a_caller_that_takes_leave_has_its_answers(server: Serving, waiting: Waiting) -> None:
    with raw_client(server.port) as client:
        client.greet()
        client.send(client.request(1), GoAwayFrame(0), DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        assert waiting.begun.wait(20)
        waiting.let_go(server)
        assert client.body(1) == MESSAGE
        client.until_closed()
    server.settled()


def test_a_caller_that_disappears_leaves_nothing(server: Serving, waiting: Waiting) -> None:
    with raw_client(server.port) as client:
        client.greet()
        client.send(client.request(1), DataFrame(1, framed(b"whole"), flags=["END_STREAM"]))
        client.send(client.request(3), DataFrame(3, framed(b"half of it")[:-4]))
        assert waiting.begun.wait(20)
    server.until(lambda: not server.connections)
    waiting.let_go(server)
    server.settled()
    assert not [line for line in server.lines if line["level"] == "error"]
