"""Follows the objects of one kind, and says at once how each has ended.

Goes on after whatever fails: from where it was, or from a new list where the
server knows no more what happened meanwhile.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, Final

from interlock.errors import OperatorError
from interlock.units import Instant
from interlock_webhooks.service import Service
from interlock_webhooks.workloads.census import Census
from interlock_webhooks.workloads.closing import Closing
from interlock_webhooks.workloads.cluster import Cluster, Event, GoneError
from interlock_webhooks.workloads.fate import AS_HELD, KEEP, Keep
from interlock_webhooks.workloads.sighting import Kind, Sighting, sighting, uid_of

_WAITS: Final = (0.1, 0.1, 1.0, 5.0, 15.0, 30.0)
"""Seconds before the next try, after so many that told nothing."""


class Follower:
    """Keeps a census of the objects of `kind`."""

    def __init__(
        self, kind: Kind, cluster: Cluster, closing: Closing, service: Service, clock: Callable[[], Instant]
    ) -> None:
        self.kind = kind
        self.census = Census()
        self._cluster = cluster
        self._closing = closing
        self._policies = service.policies
        self._log = service.log
        self._clock = clock
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
                self._log.info("workloads are listed anew", kind=self.kind.name, reason=str(error))
            except OperatorError as error:
                self._log.error("workloads can't be watched", kind=self.kind.name, error=str(error))
            except Exception as error:  # noqa: BLE001 - whatever a server sends must not end the service
                self._version = None
                self._log.error("workloads can't be watched", kind=self.kind.name, exc_info=error)
            await asyncio.sleep(_WAITS[min(self._failures, len(_WAITS) - 1)])

    async def _follow_once(self) -> None:
        """List what is there, unless it is known, and take what a watch tells until it ends."""
        version = self._version or await self._listed()
        async with aclosing(self._cluster.events(self.kind.path, version)) as events:
            async for event in events:
                self._failures = 0
                await self.take(event)
                self._version = event.version or self._version
        self.census.heard(self._clock())

    async def _listed(self) -> str:
        """The version of a new list of what is there."""
        present: dict[str, Sighting] = {}
        version = ""
        async for page in self._cluster.pages(self.kind.path):
            version = page.metadata.version
            for body in page.items or ():
                if (uid := uid_of(body)) is not None:
                    present[uid] = self._sighted(body)
                    # There may be many, and requests are to be answered meanwhile.
                    await asyncio.sleep(0)
        self._version = version
        for found in self.census.listed(present, self._clock()):
            await self._say(found)
        return version

    async def take(self, event: Event) -> None:
        """Know what `event` tells, and say it if it is news."""
        uid = uid_of(event.object)
        if event.type == "BOOKMARK":
            # It comes after all that was before it; of other events, many may have waited to be told.
            self.census.heard(self._clock())
        elif uid is not None:
            is_gone = event.type == "DELETED"
            found = self._sighted(event.object, self._clock() if is_gone else None)
            if (self.census.left if is_gone else self.census.seen)(uid, found):
                await self._say(found)

    def _sighted(self, body: dict[str, Any], deleted: Instant | None = None) -> Sighting:
        try:
            context = self._policies.in_force.engine.context_at(self._clock())
            return sighting(self.kind, body, context, deleted)
        except Exception as error:  # noqa: BLE001 - one object that breaks us must not hide all others
            self._log.error("a workload can't be read", kind=self.kind.name, uid=uid_of(body), exc_info=error)
            return Sighting(KEEP if deleted is None else AS_HELD)

    async def _say(self, found: Sighting) -> None:
        if found.hold is not None and not isinstance(found.fate, Keep):
            await self._closing.say(found.hold, found.fate)
