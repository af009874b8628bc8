"""The API server: the API where it listens, and what can happen to connections."""

import ssl
from asyncio import Transport
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from weakref import WeakSet

from aiohttp import web

from support.kubernetes.api import Api
from support.kubernetes.certificates import own_authority, server_context, signed
from support.kubernetes.kubeconfig import kubeconfig

_LARGEST: Final = 100_000_000
"""Bytes of a request."""


class ApiServer(Api):
    """An API server in the running event loop. It keeps what it stores when it goes down.

    It shows the certificate in `shown`, or one of its own, which `ca` vouches for.
    """

    def __init__(self, shown: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.ca = own_authority().pem
        self.port = 0
        self._shown = shown or _context()
        self._runner: web.AppRunner | None = None
        self._open = set[Transport]()
        self._connected = WeakSet[Transport]()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ApiServer"]:
        """This server while it listens on loopback."""
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    async def start(self) -> None:
        """Listen, on the port of before if there is one."""
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self._shown, reuse_address=True)
        await site.start()
        self.port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """Go down, and break what is open."""
        self.drop()
        for each in self._connected:
            each.abort()
        await self.webhooks.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def drop(self) -> None:
        """Break all connections that wait for something, in the middle."""
        for each in self._open:
            each.abort()
        self.store.wake()

    def kubeconfig(self, folder: Path, token: str = "admin") -> Path:  # noqa: S107 - no secret
        """A kubeconfig file in `folder` for who has `token`."""
        return kubeconfig(folder, self.url, self.ca, token)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        transport = request.transport
        if transport is None:
            # Whoever asked is gone.
            return web.Response()
        self._open.add(transport)
        self._connected.add(transport)
        try:
            return await self.answer(request)
        finally:
            self._open.discard(transport)


def _context() -> ssl.SSLContext:
    return server_context(signed(own_authority(), "127.0.0.1", "localhost", "kubernetes.default.svc"))
