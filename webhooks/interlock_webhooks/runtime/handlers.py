"""Answers the check API: one decision for each check."""

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

from msgspec.structs import replace

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.admission import Admission, Admitted
from interlock.engine.group import Ask
from interlock.engine.repetition import Misused, Once, Repeated
from interlock.errors import RequestError
from interlock.foreign.requests import KubernetesRequest, stated
from interlock_webhooks.around import known
from interlock_webhooks.clock import now
from interlock_webhooks.denials import log_denial
from interlock_webhooks.metrics import EndpointMetrics
from interlock_webhooks.refusal import RefusedError
from interlock_webhooks.runtime import codec
from interlock_webhooks.runtime.reading import Read
from interlock_webhooks.runtime.terms import flag, once_of
from interlock_webhooks.service import Service


class RuntimeHandlers:
    """The check routes of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._checks = service.metrics.of("check")
        self._batches = service.metrics.of("batch")

    async def check(self, body: bytes, until: int) -> bytes:
        """The decision on one check."""
        engine = self._service.policies.in_force.engine
        read = Read.of(engine, codec.decode_check(body), until)
        (recorded,) = await self._admitted(self._checks, engine, [read], read.terms.once, until)
        return codec.encode_check(recorded)

    async def check_batch(self, body: bytes, until: int) -> bytes:
        """The decisions on all checks of a batch, or an error if one of them can't be understood."""
        engine = self._service.policies.in_force.engine
        batch = codec.decode_batch(body)
        once = once_of(cast("dict[str, Any]", batch), "batch")
        is_linked = flag(cast("dict[str, Any]", batch), "linked")
        reads = []
        # All are understood before one is decided: none takes what it rests on for an error.
        for index, check in enumerate(batch["checks"]):
            try:
                reads.append(Read.of(engine, check, until, is_linked=is_linked))
            except RequestError as error:
                raise codec.in_batch(index, error) from None
            # Others get their turn between the checks of a long batch.
            await asyncio.sleep(0)
        if is_linked:
            return codec.encode_batch(await self._admitted(self._batches, engine, reads, once, until))
        if once is not None:
            raise RequestError(
                "`idempotencyKey`: checks that are not linked have keys of their own", path="$.idempotencyKey"
            )
        recorded = []
        for read in reads:
            recorded += await self._admitted(self._batches, engine, [read], read.terms.once, until)
            await asyncio.sleep(0)
        return codec.encode_batch(recorded)

    async def _admitted(
        self, metrics: EndpointMetrics, engine: Engine, reads: Sequence[Read], once: Once | None, until: int
    ) -> list[dict[str, Any]]:
        """The records of the decisions on `reads`, which go on together if they are allowed."""
        started = time.perf_counter()
        answer = await self._answered(engine, reads, once, until)
        if isinstance(answer, Misused):
            message = "`idempotencyKey`: it belongs to a request with another body: send a new one"
            raise RefusedError(HTTPStatus.CONFLICT, message)
        if isinstance(answer, Repeated):
            return answer.records
        seconds = (time.perf_counter() - started) / len(reads)
        recorded = []
        for read, decision in zip(reads, answer, strict=True):
            self._service.keep(decision, cast("dict[str, Any]", read.check), mutates=True)
            metrics.decided(decision, read.seconds + seconds)
            recorded.append(record(decision))
            if not decision.allowed:
                log_denial(
                    self._service.log, recorded[-1], action=read.intent["action"], kind=read.intent["kind"]
                )
        return recorded

    async def _answered(self, engine: Engine, reads: Sequence[Read], once: Once | None, until: int) -> Admitted:
        """The decisions on `reads`, of Kubernetes' policies as well where there are any."""
        admission = Admission(engine, self._service.ledger)
        asks = [read.ask for read in reads]
        is_dry_run = reads[0].is_dry_run
        if not engine.asks_kubernetes:
            return await _decided(admission, asks, once, until, is_dry_run=is_dry_run)

        async def decided(requests: Sequence[KubernetesRequest | None]) -> Admitted:
            about = [replace(ask, kubernetes=each) for ask, each in zip(asks, requests, strict=True)]
            return await _decided(admission, about, once, until, is_dry_run=is_dry_run)

        return await known(self._service.cluster, [stated(read.check) for read in reads], until, decided)


async def _decided(
    admission: Admission, asks: Sequence[Ask], once: Once | None, until: int, *, is_dry_run: bool
) -> Admitted:
    """The decisions on checks that go on if they are allowed, unless it is one that is a dry run."""
    if is_dry_run:
        return (await admission.consider(asks[0], now=now(), until=until),)
    return await admission.admit(asks, now=now(), until=until, once=once)
