"""Closes the loop from workloads to accounts: whoever is created holds, and whoever ends is settled.

Any number of services may do so at once, beside each other or after one was
ended anywhere: all that is said follows from objects and from open holds.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from interlock.errors import OperatorError
from interlock.identity import HoldId
from interlock.ledger.answers import OpenHold
from interlock.ledger.hold import nonce_of
from interlock.model.intent import Action
from interlock.units import Instant
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.following import Following
from interlock_webhooks.service import Service
from interlock_webhooks.workloads.closing import Closing
from interlock_webhooks.workloads.fate import Keep
from interlock_webhooks.workloads.following import Follower
from interlock_webhooks.workloads.sighting import KINDS, Kind

_ATTEND_EVERY: Final = 60.0


class Workloads:
    """The workloads of one cluster, whose holds are in the ledger of `service`."""

    def __init__(self, cluster: Cluster, service: Service, clock: Callable[[], Instant]) -> None:
        self._cluster = cluster
        self._ledger = service.ledger
        self._policies = service.policies
        self._log = service.log
        self._clock = clock
        self._closing = Closing(service.ledger, service.metrics, service.log, clock)
        self.followers = [Follower(kind, self._closing, service, clock) for kind in KINDS]

    async def watch(self) -> None:
        """Watch them for as long as the service runs, once policies are in force: by these they are read."""
        await self._policies.known()
        async with asyncio.TaskGroup() as tasks:
            for follower in self.followers:
                tasks.create_task(Following(self._cluster, follower.kind.path, follower).follow())
            while True:
                await self.attend()
                await asyncio.sleep(_ATTEND_EVERY)

    async def attend(self) -> None:
        """Say of every open hold what is to be said of it now, and what could not be said before."""
        try:
            await self._closing.pay()
            now = self._clock()
            holds = await self._ledger.holds(now)
            for follower in self.followers:
                await self._attend_to(follower, _of_kind(holds, follower.kind), now)
        except OperatorError as error:
            self._log.error("workloads' holds can't be attended to", error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever is in the ledger must not end the service
            self._log.error("workloads' holds can't be attended to", exc_info=error)

    async def _attend_to(
        self, follower: Follower, holds: dict[HoldId, tuple[str, Instant]], now: Instant
    ) -> None:
        uids = {hold: uid for hold, (uid, _) in holds.items()}
        for hold, fate in follower.census.wanted(uids, now).items():
            if isinstance(fate, Keep):
                _, expires = holds[hold]
                await self._closing.extend(hold, expires)
            else:
                await self._closing.say(hold, fate)


def _of_kind(holds: Sequence[OpenHold], kind: Kind) -> dict[HoldId, tuple[str, Instant]]:
    """The uids of the objects of `kind` whose creation took any of `holds`, and when these expire."""
    return {
        hold.id: (uid, hold.expires)
        for hold in holds
        if _created(hold.facts, kind) and (uid := _uid(hold.id)) is not None
    }


def _created(facts: Mapping[str, str], kind: Kind) -> bool:
    return (facts.get("action"), facts.get("group"), facts.get("kind")) == (
        Action.WORKLOAD_CREATE.value,
        kind.group,
        kind.name,
    )


def _uid(hold: HoldId) -> str | None:
    nonce = nonce_of(hold)
    try:
        return None if nonce is None else nonce.decode()
    except UnicodeDecodeError:
        return None
