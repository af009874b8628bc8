"""Methods behind a real listener, on a loop of its own, and real clients of it."""

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import grpc
import uvloop

from interlock_webhooks.clients.authenticator import EVERYBODY, Authenticator
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.calls import Calls
from interlock_webhooks.grpc.connection import Connection
from interlock_webhooks.grpc.listener import GrpcListener
from interlock_webhooks.grpc.method import Methods
from interlock_webhooks.listener import Address, address_of, bind
from interlock_webhooks.metrics import Metrics
from support.service import logged


@dataclass(slots=True, kw_only=True)
class Serving:
    """A listener that serves. `lines` is its log, `seen` the requests that handlers may put there."""

    port: int
    calls: Calls
    listener: GrpcListener
    loop: asyncio.AbstractEventLoop
    lines: list[dict[str, object]]
    metrics: Metrics

    @property
    def connections(self) -> set[Connection]:
        """The connections that there are."""
        return self.listener.connections

    def sweep(self, later: int) -> None:
        """Give up what has taken too long in so many nanoseconds."""
        now = time.monotonic_ns() + later

        def sweep() -> None:
            for connection in list(self.connections):
                connection.sweep(now)

        self.do(sweep)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + 20
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.005)

    def settled(self) -> None:
        """Wait until nothing runs and nothing is held."""
        self.until(lambda: (self.calls.running, self.calls.streaming, self.calls.held) == (0, 0, 0))

    def do(self, what: Callable[[], None]) -> None:
        """Do `what` in the loop, and wait until it is done."""
        done = threading.Event()

        def _do() -> None:
            what()
            done.set()

        self.loop.call_soon_threadsafe(_do)
        assert done.wait(10)


@contextmanager
def serving(
    methods: Methods,
    tls: ssl.SSLContext | None = None,
    new_loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop,
    authenticator: Authenticator = EVERYBODY,
) -> Iterator[Serving]:
    """`methods`, served until left; then all that was called has been answered."""
    log, lines = logged()
    metrics = Metrics()
    calls = Calls(methods, metrics, log, authenticator)
    loop = new_loop()
    listener = GrpcListener(calls, tls)
    with bind(Address("127.0.0.1", 0)) as bound:
        port = address_of(bound).port
        thread = threading.Thread(target=loop.run_until_complete, args=(listener.serve([bound]),))
        thread.start()
        try:
            yield Serving(port=port, calls=calls, listener=listener, loop=loop, lines=lines, metrics=metrics)
        finally:
            loop.call_soon_threadsafe(listener.stop)
            thread.join()
            loop.close()


@contextmanager
def channel_to(port: int) -> Iterator[grpc.Channel]:
    """A channel of Google's own client, which tries nothing twice."""
    options = [("grpc.enable_retries", 0), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        yield channel


async def echo(request: Request) -> Answer:
    """What came."""
    return Answer(request.body)


async def summed(_request: Request, messages: AsyncIterator[bytes]) -> Answer:
    """How many messages came, and how many bytes they had."""
    sizes = [len(message) async for message in messages]
    return Answer(f"{len(sizes)} {sum(sizes)}".encode())
