"""One listening socket and the gRPC server behind it."""

import asyncio
import socket
import ssl
import time
from contextlib import suppress
from operator import attrgetter
from typing import Final

from interlock_webhooks.grpc.calls import Calls
from interlock_webhooks.grpc.connection import Connection
from interlock_webhooks.listener import FINISH_SECONDS

MAX_CONNECTIONS: Final = 1024

_HANDSHAKE_SECONDS: Final = 10.0
_SWEEP_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.05


class GrpcListener:
    """A server of `calls`; over TLS, if `tls` is given. `connections` are those that there are."""

    def __init__(self, calls: Calls, tls: ssl.SSLContext | None) -> None:
        self._calls = calls
        self._tls = tls
        self.connections: set[Connection] = set()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Take no more connections, and end once all calls have been answered."""
        self._stopping.set()

    async def serve(self, sockets: list[socket.socket]) -> None:
        """Serve on `sockets` until stopped."""
        loop = asyncio.get_running_loop()
        timeout = None if self._tls is None else _HANDSHAKE_SECONDS
        servers = [
            await loop.create_server(self._connection, sock=bound, ssl=self._tls, ssl_handshake_timeout=timeout)
            for bound in sockets
        ]
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _SWEEP_SECONDS)
            self._sweep()
        for server in servers:
            server.close()
        await self._drained()

    def _connection(self) -> asyncio.Protocol:
        """A new connection: where there is no room, it takes that of the one that has idled the longest."""
        if len(self.connections) >= MAX_CONNECTIONS:
            idle = [connection for connection in self.connections if connection.is_idle]
            if not idle:
                return _Refused()
            min(idle, key=attrgetter("since")).abort()
        return Connection(self._calls, self.connections)

    def _sweep(self) -> None:
        now = time.monotonic_ns()
        for connection in list(self.connections):
            connection.sweep(now)

    async def _drained(self) -> None:
        """Wait until all connections have gone, but not for ever."""
        for connection in list(self.connections):
            connection.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                while self.connections:
                    await asyncio.sleep(_POLL_SECONDS)
                    self._sweep()
        for connection in list(self.connections):
            connection.abort()


class _Refused(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # of a stream
        """End it before it has said anything."""
        transport.abort()
