"""The one decision point behind every protocol that gateways speak.

A protocol's codec makes a check request of what it is sent, and an answer of
the decision's record. What is between is here alone, so that the same check
gets the same decision, hold and reasons, whichever way it came.
"""

import time
from collections.abc import Sequence
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from interlock.checks.admitting import admitted
from interlock.checks.read import Read
from interlock.clock import now
from interlock.digests import digest_of
from interlock.engine import Engine
from interlock.engine.admission import Admission
from interlock.engine.repetition import Once, Repeated
from interlock.foreign.requests import KubernetesRequest, stated
from interlock.identity import HoldId
from interlock.intents.check import CheckRequest
from interlock.model.decision import Decision
from interlock_webhooks.around import known
from interlock_webhooks.clients.client import LOCAL, Client
from interlock_webhooks.denials import log_denial
from interlock_webhooks.service import Service


class Reading(Struct, frozen=True):
    """A check of `client` that was understood, and how many seconds that took."""

    read: Read
    client: Client
    seconds: float


class DecisionPoint:
    """Decides checks of one endpoint, keeps the decisions, counts them and tells of denials."""

    def __init__(self, service: Service, endpoint: str) -> None:
        self._service = service
        self._metrics = service.metrics.of(endpoint)

    async def decided(self, check: CheckRequest, client: Client, until: int) -> dict[str, Any]:
        """The record of the decision on `check`, which goes on if it is allowed, unless it is a dry run.

        Raises:
            RequestError: it can't be understood, its client may not speak for whom it is about, or its key
                belongs to another one.
        """
        engine = self._service.policies.in_force.engine
        reading = self.understood(engine, check, client, until)
        (recorded,) = await self.admitted(engine, [reading], reading.read.terms.once, until)
        return recorded

    async def spent(self, check: CheckRequest, client: Client, until: int) -> dict[str, Any]:
        """As `decided`, for callers who never tell what became of it: what it draws is booked at once, as held.

        Raises:
            RequestError: as `decided`.
        """
        recorded = await self.decided(check, client, until)
        if "hold" in recorded:
            await self._service.ledger.settle(HoldId(recorded["hold"]["id"]), {}, now())
        return recorded

    async def considered(self, engine: Engine, check: CheckRequest, client: Client, until: int) -> Decision:
        """What `engine` would decide of `check` now: it takes nothing, and nobody is told.

        Raises:
            RequestError: as `decided`.
        """
        read = self.understood(engine, check, client, until).read
        admission = Admission(engine, self._service.ledger)
        return await admission.consider(read.ask, now=now(), until=until)

    def understood(
        self, engine: Engine, check: CheckRequest, client: Client, until: int, *, is_linked: bool = False
    ) -> Reading:
        """`check` of `client` as `engine` reads it.

        Raises:
            RequestError: it can't be understood, or the client may not speak for whom it is about.
        """
        started = time.perf_counter()
        read = Read.of(engine, check, now=now(), until=until, is_linked=is_linked)
        # Who states an Intent states where its facts came from, too.
        client.speaks_for(read.intent, {} if "intent" in check else read.intent["provenance"])
        return Reading(read, client, time.perf_counter() - started)

    async def admitted(
        self, engine: Engine, readings: Sequence[Reading], once: Once | None, until: int
    ) -> list[dict[str, Any]]:
        """The records of the decisions on `readings`, which go on together if they are allowed.

        Raises:
            RequestError: they are of several organizations, or the key of `once` belongs to another request.
        """
        started = time.perf_counter()
        reads, of_client = [reading.read for reading in readings], _of(readings[0].client, once)
        answer = await self._answered(engine, reads, of_client, until)
        if isinstance(answer, Repeated):
            return [
                self._service.repeated(recorded, cast("dict[str, Any]", read.check), mutates=True)
                for read, recorded in zip(reads, answer.records, strict=True)
            ]
        seconds = (time.perf_counter() - started) / len(readings)
        recorded = []
        for reading, decision in zip(readings, answer, strict=True):
            read = reading.read
            check = cast("dict[str, Any]", read.check)
            recorded.append(self._service.recorded(decision, check, mutates=True))
            self._metrics.decided(decision, reading.seconds + seconds)
            if not decision.allowed:
                about = {"action": read.intent["action"], "kind": read.intent["kind"]}
                log_denial(self._service.log, recorded[-1], client=reading.client.name, **about)
        return recorded

    async def _answered(
        self, engine: Engine, reads: Sequence[Read], once: Once | None, until: int
    ) -> tuple[Decision, ...] | Repeated:
        """The decisions on `reads`, of Kubernetes' policies as well where there are any."""
        admission = Admission(engine, self._service.ledger)
        asks = [read.ask for read in reads]
        at, is_dry_run = now(), reads[0].is_dry_run
        if not engine.asks_kubernetes:
            return await admitted(admission, asks, once, now=at, until=until, is_dry_run=is_dry_run)

        async def decided(requests: Sequence[KubernetesRequest | None]) -> tuple[Decision, ...] | Repeated:
            about = [replace(ask, kubernetes=each) for ask, each in zip(asks, requests, strict=True)]
            return await admitted(admission, about, once, now=at, until=until, is_dry_run=is_dry_run)

        return await known(self._service.cluster, [stated(read.check) for read in reads], until, decided)


def _of(client: Client, once: Once | None) -> Once | None:
    """`once` as `client` means it: keys of two clients never meet, so none sees what another was answered."""
    if once is None or client is LOCAL:
        return once
    return replace(once, key=digest_of([client.name, once.key]))
