"""Answers the check API: one decision for each check."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, cast

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.engine.mutate import NO_CHANGES, Changes
from interlock.errors import RequestError
from interlock.intents.check import CheckRequest, changeable_call, from_check
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock_webhooks.clock import now
from interlock_webhooks.denials import log_denial
from interlock_webhooks.metrics import EndpointMetrics
from interlock_webhooks.runtime import codec
from interlock_webhooks.service import Service


@dataclass(frozen=True, slots=True)
class _Read:
    """A check that was understood: its Intent, what policies changed in it, and how long that took."""

    check: CheckRequest
    intent: Intent
    changes: Changes
    seconds: float


class RuntimeHandlers:
    """The check routes of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._checks = service.metrics.of("check")
        self._batches = service.metrics.of("batch")

    async def check(self, body: bytes, until: int) -> bytes:
        """The decision on one check."""
        engine = self._service.policies.in_force.engine
        read = _read(engine, codec.decode_check(body), until)
        return codec.encode_check(await self._decided(self._checks, engine, read, until))

    async def check_batch(self, body: bytes, until: int) -> bytes:
        """The decisions on all checks of a batch, or an error if one of them can't be understood."""
        engine = self._service.policies.in_force.engine
        reads = []
        # All are understood before one is decided: none takes its uses of waivers for an error.
        for index, check in enumerate(codec.decode_batch(body)):
            try:
                reads.append(_read(engine, check, until))
            except RequestError as error:
                raise codec.in_batch(index, error) from None
            # Others get their turn between the checks of a long batch.
            await asyncio.sleep(0)
        recorded = []
        for read in reads:
            recorded.append(await self._decided(self._batches, engine, read, until))
            await asyncio.sleep(0)
        return codec.encode_batch(recorded)

    async def _decided(
        self, metrics: EndpointMetrics, engine: Engine, read: _Read, until: int
    ) -> dict[str, Any]:
        started = time.perf_counter()
        decision = await _admitted(Admission(engine, self._service.ledger), read, until)
        taken = read.seconds + time.perf_counter() - started
        self._service.keep(decision, cast("dict[str, Any]", read.check), mutates=True)
        metrics.decided(decision, taken)
        recorded = record(decision)
        if not decision.allowed:
            log_denial(self._service.log, recorded, action=read.intent["action"], kind=read.intent["kind"])
        return recorded


async def _admitted(admission: Admission, read: _Read, until: int) -> Decision:
    """The decision on a check that goes on if it is allowed, unless it is an admission that is a dry run."""
    review = read.check.get("admission")
    if review is not None and review.get("dryRun") is True:
        return await admission.consider(Ask(intent=read.intent, changes=read.changes), now=now(), until=until)
    # What has no identity is a request of its own, however it looks like another one.
    once = review if review is not None and review.get("uid") else None
    ask = Ask(intent=read.intent, changes=read.changes, request=once)
    answer = await admission.admit([ask], now=now(), until=until)
    assert isinstance(answer, tuple)  # noqa: S101 - nothing is answered again without a key
    (decision,) = answer
    return decision


def _read(engine: Engine, check: CheckRequest, until: int) -> _Read:
    """The Intent of `check`, with what policies change in it where the caller passes that on."""
    started = time.perf_counter()
    intent, changes = _mutated(engine, check, until)
    return _Read(check, intent, changes, time.perf_counter() - started)


def _mutated(engine: Engine, check: CheckRequest, until: int) -> tuple[Intent, Changes]:
    found = changeable_call(check)
    if found is None:
        return from_check(check, engine.context), NO_CHANGES
    item, embed = found

    def extract(changed: dict[str, Any]) -> Intent:
        return from_check(cast("CheckRequest", embed(changed)), engine.context)

    return engine.mutate(item, extract, until=until)
