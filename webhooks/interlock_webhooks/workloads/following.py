"""Knows the objects of one kind of workloads, and says at once how each has ended."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from interlock.errors import OperatorError
from interlock.units import Instant
from interlock_webhooks.cluster.answers import Event
from interlock_webhooks.cluster.refusals import GoneError
from interlock_webhooks.service import Service
from interlock_webhooks.workloads.census import Census
from interlock_webhooks.workloads.closing import Closing
from interlock_webhooks.workloads.fate import AS_HELD, KEEP, Keep
from interlock_webhooks.workloads.sighting import Kind, Sighting, sighting, uid_of


class Follower:
    """Keeps a census of the objects of `kind`."""

    def __init__(self, kind: Kind, closing: Closing, service: Service, clock: Callable[[], Instant]) -> None:
        self.kind = kind
        self.census = Census()
        self._closing = closing
        self._policies = service.policies
        self._log = service.log
        self._clock = clock

    async def listed(self, objects: AsyncIterator[dict[str, Any]]) -> None:
        """Know all that there are, and say of each what is news."""
        present: dict[str, Sighting] = {}
        async for body in objects:
            if (uid := uid_of(body)) is not None:
                present[uid] = self._sighted(body)
        for found in self.census.listed(present, self._clock()):
            await self._say(found)

    async def happened(self, event: Event) -> None:
        """Know what `event` tells, and say it if it is news."""
        uid = uid_of(event.object)
        if event.type == "BOOKMARK":
            # It comes after all that was before it; of other events, many may have waited to be told.
            self.heard()
        elif uid is not None:
            is_gone = event.type == "DELETED"
            found = self._sighted(event.object, self._clock() if is_gone else None)
            if (self.census.left if is_gone else self.census.seen)(uid, found):
                await self._say(found)

    def heard(self) -> None:
        """Know that all that has happened until now was told."""
        self.census.heard(self._clock())

    def lost(self, error: GoneError) -> None:
        """Log that the objects are listed anew."""
        self._log.info("workloads are listed anew", kind=self.kind.name, reason=str(error))

    def failed(self, error: Exception) -> None:
        """Log that nothing is told of the objects."""
        if isinstance(error, OperatorError):
            self._log.error("workloads can't be watched", kind=self.kind.name, error=str(error))
        else:
            self._log.error("workloads can't be watched", kind=self.kind.name, exc_info=error)

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
