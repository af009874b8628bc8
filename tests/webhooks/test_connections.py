"""How answers leave and requests arrive on a real connection, with and without TLS, on both event loops."""

import asyncio
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock_webhooks import protocol
from interlock_webhooks.exchange import Answer
from interlock_webhooks.hot import respond
from interlock_webhooks.listener import Address, Listener, address_of, bind
from interlock_webhooks.protocol import BoundedProtocol
from interlock_webhooks.state import StateDir
from interlock_webhooks.tls import Identity

_LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
_REQUEST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"


Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=_LOOPS)
def run(request: pytest.FixtureRequest) -> Run:
    def _run(scenario: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=_LOOPS[request.param]) as runner:
            runner.run(scenario)

    return _run


async def _hello(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await respond(send, Answer(b'{"hello": "world"}'))


@asynccontextmanager
async def _serving(
    front: ssl.SSLContext | None = None, app: ASGIApp = _hello
) -> AsyncIterator[tuple[Listener, int]]:
    server = Listener(app, front)
    with bind(Address("127.0.0.1", 0)) as bound:
        port = address_of(bound).port
        task = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield server, port
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


class _Recorder(asyncio.Transport):
    """A connection that goes nowhere and keeps each write apart."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def test_each_answer_is_one_write(run: Run) -> None:
    async def scenario() -> None:
        listener = Listener(_hello, None)
        recorder = _Recorder()
        connection = BoundedProtocol(listener.config, listener.server_state, {}, asyncio.get_running_loop())
        connection.connection_made(recorder)
        for count in range(1, 4):
            connection.data_received(_REQUEST)
            await asyncio.sleep(0.01)
            assert len(recorder.writes) == count
            assert recorder.writes[-1].startswith(b"HTTP/1.1 200 OK\r\n")
            assert recorder.writes[-1].endswith(b'{"hello": "world"}')
        connection.connection_lost(None)

    run(scenario())


def test_an_answer_arrives_in_one_segment(run: Run) -> None:
    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            for _ in range(20):
                writer.write(_REQUEST)
                segment = await reader.read(65536)
                assert segment.startswith(b"HTTP/1.1 200 OK\r\n")
                assert segment.endswith(b'{"hello": "world"}')

    run(scenario())


def test_a_tls_answer_is_one_record(run: Run, tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    identity = Identity()
    identity.present(state.new_server_certificate(("localhost",)))

    async def scenario() -> None:
        async with _serving(identity.front) as (_server, port):
            await asyncio.to_thread(_count_records, port, state.ca_certificate)

    run(scenario())


def _count_records(port: int, trusted: Path) -> None:
    """Speak TLS over a socket of our own, so that each record that arrives can be seen."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cafile=str(trusted))
    session = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", port)) as wire:
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                wire.sendall(outgoing.read())
                incoming.write(wire.recv(65536))
        wire.sendall(outgoing.read())
        for _ in range(20):
            session.write(_REQUEST)
            wire.sendall(outgoing.read())
            body = b""
            while not body:
                arrived = wire.recv(65536)
                incoming.write(arrived)
                try:
                    body = session.read(65536)
                except ssl.SSLWantReadError:
                    # Session tickets come once, before the first answer.
                    continue
                assert _records(arrived).count(len(body) + 17) == 1
            assert body.startswith(b"HTTP/1.1 200 OK\r\n")
            assert body.endswith(b'{"hello": "world"}')


def _records(data: bytes) -> list[int]:
    """The lengths of the TLS records in `data`. One of TLS 1.3 is its content, a type byte and a tag of 16."""
    lengths = []
    while data:
        length = int.from_bytes(data[3:5])
        lengths.append(length)
        data = data[5 + length :]
    return lengths


_OPTIONS = {
    "Nagle's algorithm is off": (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    "who is silent is asked": (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
}
if sys.platform == "linux":
    _OPTIONS["after a minute"] = (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)


@pytest.mark.parametrize("option", _OPTIONS)
def test_what_holds_for_every_connection(run: Run, option: str) -> None:
    level, name, value = _OPTIONS[option]

    async def scenario() -> None:
        async with _serving() as (server, port), _connected(port) as (reader, writer):
            writer.write(_REQUEST)
            await reader.read(65536)
            (connection,) = server.server_state.connections
            assert connection.transport.get_extra_info("socket").getsockopt(level, name) == value

    run(scenario())


def test_a_client_that_asks_first_is_told_to_go_on(run: Run) -> None:
    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            assert await reader.read(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"{}")
            assert (await reader.read(65536)).startswith(b"HTTP/1.1 200 OK")

    run(scenario())


def test_the_last_answer_of_a_connection_is_not_lost(run: Run) -> None:
    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(_REQUEST.replace(b"host: x", b"host: x\r\nconnection: close"))
            assert (await reader.read()).endswith(b'{"hello": "world"}')

    run(scenario())


def test_answers_to_pipelined_requests_come_in_order_and_whole(run: Run) -> None:
    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(_REQUEST * 3)
            for _ in range(3):
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
                assert await reader.readexactly(18) == b'{"hello": "world"}'

    run(scenario())


def test_a_head_without_end_is_refused(run: Run) -> None:
    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\nx: ")
            for _ in range(20):
                writer.write(b"y" * 16384)
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")

    run(scenario())


_CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


async def _named(scope: Scope, receive: Receive, send: Send) -> None:
    """Which headers came."""
    while (await receive()).get("more_body"):
        pass
    await respond(send, Answer(b" ".join(name for name, _ in scope["headers"])))


def test_what_follows_a_body_is_no_header(run: Run) -> None:
    async def scenario() -> None:
        async with _serving(app=_named) as (_server, port), _connected(port) as (reader, writer):
            writer.write(_CHUNKED.replace(b"host: x", b"connection: close") + b"interlock-caller: {}\r\n\r\n")
            assert (await reader.read()).endswith(b"\r\n\r\nconnection transfer-encoding")

    run(scenario())


@pytest.mark.parametrize("line", [b"x: y\r\n", b"y"])
def test_what_follows_a_body_without_end_is_refused(run: Run, line: bytes) -> None:
    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(_CHUNKED)
            for _ in range(40):
                writer.write(line * (16384 // len(line)))
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")

    run(scenario())


def test_a_body_in_small_parts_may_be_longer_than_a_head(run: Run) -> None:
    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(_CHUNKED.removesuffix(b"0\r\n"))
            for _ in range(40):
                # Each part ends with the head of the next one.
                writer.write(b"4000\r\n" + b"y" * 0x4000 + b"\r\n")
                await writer.drain()
            writer.write(b"0\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")

    run(scenario())


@pytest.mark.parametrize("sent", [b"", b"POST / HT", _REQUEST[:-1], _REQUEST + b"POST"])
def test_a_request_that_does_not_arrive_is_dropped(
    run: Run, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.05)

    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(sent)
            # The server closes; a clean end of the stream or a reset, never silence.
            async with asyncio.timeout(5):
                await reader.read()

    run(scenario())


async def _large(_scope: Scope, _receive: Receive, send: Send) -> None:
    """More than the system keeps for whoever doesn't read."""
    await respond(send, Answer(bytes(64 * 1024 * 1024)))


async def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def test_whoever_reads_nothing_is_dropped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "STALL_SECONDS", 0.05)

    async def scenario() -> None:
        async with _serving(app=_large) as (server, port), _connected(port) as (_reader, writer):
            writer.write(_REQUEST)
            await _until(lambda: server.server_state.total_requests == 1)
            await _until(lambda: not server.server_state.connections)

    run(scenario())


def test_whoever_reads_in_the_end_gets_everything(run: Run) -> None:
    async def scenario() -> None:
        async with _serving(app=_large) as (server, port), _connected(port) as (reader, writer):
            writer.write(_REQUEST.replace(b"host: x", b"host: x\r\nconnection: close"))
            await _until(lambda: server.server_state.total_requests == 1)
            assert (await reader.read()).endswith(bytes(64 * 1024 * 1024))

    run(scenario())


def test_an_empty_line_does_not_keep_a_connection(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.05)

    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(_REQUEST)
            await reader.readuntil(b"{")
            writer.write(b"\r\n")
            async with asyncio.timeout(5):
                await reader.read()

    run(scenario())


def test_a_request_that_arrives_in_time_may_take_long_to_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.05)

    async def scenario() -> None:
        async with _serving() as (_server, port), _connected(port) as (reader, writer):
            writer.write(_REQUEST)
            await reader.read(65536)
            await asyncio.sleep(0.2)
            writer.write(_REQUEST)
            assert (await reader.read(65536)).startswith(b"HTTP/1.1 200 OK")

    run(scenario())
