"""Follows the objects of one kind: lists them, and watches what becomes of them.

Goes on after whatever fails: from where it was, or from a new list where the
server knows no more what happened meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Final, Protocol

from interlock.errors import OperatorError
from interlock_webhooks.cluster.answers import Event, Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import GoneError

_WAITS: Final = (0.1, 0.1, 1.0, 5.0, 15.0, 30.0)
"""Seconds before the next try, after so many that told nothing."""


class Listener(Protocol):
    """Whoever is told."""

    async def listed(self, objects: AsyncIterator[Object]) -> None:
        """Take `objects` for all that there are, in place of what was told before."""
        ...

    async def happened(self, event: Event) -> None:
        """Take what `event` tells; a `BOOKMARK` tells that all before it was told."""
        ...

    def heard(self) -> None:
        """Know that all that has happened until about now was told."""
        ...

    def lost(self, error: GoneError) -> None:
        """Know that what happened meanwhile won't be told, but listed."""
        ...

    def failed(self, error: Exception) -> None:
        """Know that nothing is told for now."""
        ...


class Following:
    """The objects at `path`, told to a `listener`."""

    def __init__(self, cluster: Cluster, path: str, listener: Listener) -> None:
        self._cluster = cluster
        self._path = path
        self._listener = listener
        self._version: str | None = None
        self._failures = 0

    async def follow(self) -> None:
        """Follow them for as long as the service runs."""
        while True:
            self._failures += 1
            try:
                await self._follow_once()
            except GoneError as error:
                self._version = None
                self._listener.lost(error)
            except OperatorError as error:
                self._listener.failed(error)
            except Exception as error:  # noqa: BLE001 - whatever a server sends must not end the service
                self._version = None
                self._listener.failed(error)
            await asyncio.sleep(_WAITS[min(self._failures, len(_WAITS) - 1)])

    async def _follow_once(self) -> None:
        """List what is there, unless it is known, and take what a watch tells until it ends."""
        if self._version is None:
            await self._listener.listed(self._objects())
        if self._version is None:
            return
        async with aclosing(self._cluster.events(self._path, self._version)) as events:
            async for event in events:
                self._failures = 0
                await self._listener.happened(event)
                self._version = event.version or self._version
        self._listener.heard()

    async def _objects(self) -> AsyncIterator[Object]:
        """What is there; the version of the list is known after the last."""
        version = ""
        async with aclosing(self._cluster.pages(self._path)) as pages:
            async for page in pages:
                version = page.metadata.version
                for body in page.items or ():
                    yield body
                    # There may be many, and requests are to be answered meanwhile.
                    await asyncio.sleep(0)
        self._version = version
