"""The load: kept connections of HTTP/1.1, each of which asks again as soon as it is answered.

Each has been answered once before anything is measured: a server takes one new
connection a turn, so whoever comes late in a rush waits for all who came before.
"""

import asyncio
import time
from typing import Any, Final, cast

import msgspec
from msgspec import Struct

ADDRESS: Final = "127.0.0.1"


class Client(asyncio.Protocol):
    """One kept-alive connection that asks once, and `load` makes it ask again as soon as it is answered."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._until = 0.0
        self._buffer = b""
        self.latencies: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        # uvloop's transports only look like asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    async def load(self, until: float) -> None:
        """Ask until the time is over."""
        await self.done
        self.latencies.clear()
        self.done = asyncio.get_running_loop().create_future()
        self._until = until
        self._ask()
        await self.done
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take one whole answer, and ask again until the time is over."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self._buffer.decode()))
            return
        now = time.perf_counter()
        self.latencies.append(now - self._asked)
        self._buffer = b""
        if now < self._until:
            self._ask()
        else:
            self.done.set_result(None)

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request)


class Load(Struct, frozen=True, kw_only=True):
    """What was answered in `seconds`: a latency each, in seconds, and the seconds of CPU that asking took."""

    latencies: list[float]
    seconds: float
    cpu: float


def get(path: str) -> bytes:
    """A request of `path`."""
    return f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


def post(path: str, value: object) -> bytes:
    """A request of `path` that sends `value` as JSON."""
    body = msgspec.json.encode(value)
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def load_on(
    port: int,
    request: bytes,
    callers: int,
    seconds: float,
    **tls: Any,  # noqa: ANN401 - asyncio's
) -> Load:
    """What came of so many callers that asked `request` for so long, over TLS where that says how."""
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(callers):
        _, client = await loop.create_connection(lambda: Client(request), ADDRESS, port, **tls)
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client.load(started + seconds) for client in clients))
    return Load(
        latencies=[latency for client in clients for latency in client.latencies],
        seconds=time.perf_counter() - started,
        cpu=time.process_time() - cpu,
    )
