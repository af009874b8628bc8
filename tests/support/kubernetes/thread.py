"""The API server in a thread of its own, for tests that wait for commands."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from support.kubernetes.server import ApiServer

_T = TypeVar("_T")
_ROUNDS = 10


class Threaded:
    """A server that runs in another thread's event loop."""

    def __init__(self, server: ApiServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self._loop = loop

    def trust(self) -> ssl.SSLContext:
        """Trust in the server's authority and no other."""
        return ssl.create_default_context(cadata=self.server.ca)

    def run(self, make: Callable[[ApiServer], Coroutine[Any, Any, _T]]) -> _T:
        """What `make` comes to, in the server's loop: nothing else may touch the server."""
        return asyncio.run_coroutine_threadsafe(make(self.server), self._loop).result(60)


@contextmanager
def in_thread() -> Iterator[Threaded]:
    """A server that runs until left."""
    loop = asyncio.new_event_loop()
    server = ApiServer()
    thread = threading.Thread(target=loop.run_forever, name="apiserver", daemon=True)
    thread.start()
    threaded = Threaded(server, loop)
    threaded.run(ApiServer.start)
    try:
        yield threaded
    finally:
        threaded.run(ApiServer.stop)
        threaded.run(_settled)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _settled(_server: ApiServer) -> None:
    """Let everything end that is closed: the loop will run no more."""
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
