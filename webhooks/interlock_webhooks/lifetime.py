"""From the first request to the last answer. The only module that knows signals."""

import asyncio
import signal
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final, Protocol

from interlock_webhooks.service import Service

DRAIN_SECONDS: Final = 3.0
"""From SIGTERM to the last connection taken: long enough for the cluster to send no more."""

_LAST_WORDS: Final = 1.0
"""Seconds in which Events of denials may still be posted."""


class Server(Protocol):
    """Whatever answers on a listening socket."""

    async def serve(self, sockets: list[socket.socket]) -> None:
        """Serve until stopped, and answer what has come."""

    def stop(self) -> None:
        """Take no more connections."""


async def live(
    service: Service, servers: dict[socket.socket, Server], watching: list[Coroutine[Any, Any, None]]
) -> None:
    """Serve until told to stop, then answer what has come, and tell of what was denied."""
    async with asyncio.TaskGroup() as tasks:
        watches = [tasks.create_task(watch) for watch in watching]
        for bound, server in servers.items():
            tasks.create_task(server.serve(sockets=[bound]))
        await _told_to_stop(service)
        for server in servers.values():
            server.stop()
        if service.events is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(service.events.drained(), _LAST_WORDS)
        for watch in watches:
            watch.cancel()


async def _told_to_stop(service: Service) -> None:
    """Wait for a signal; after SIGTERM also for the cluster to send requests elsewhere."""
    loop = asyncio.get_running_loop()
    drain, stop = asyncio.Event(), asyncio.Event()
    for sent in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sent, _stop, sent, drain, stop)
    await drain.wait()
    service.draining = True
    service.log.info("stopping")
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), DRAIN_SECONDS)


def _stop(sent: signal.Signals, drain: asyncio.Event, stop: asyncio.Event) -> None:
    """Drain on the first SIGTERM; stop on any further signal, and at once on SIGINT, which a person sent."""
    if sent is signal.SIGINT or drain.is_set():
        stop.set()
    drain.set()
