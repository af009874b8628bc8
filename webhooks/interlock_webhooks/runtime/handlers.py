"""Answers the check API: one decision for each check."""

import asyncio
import time
from typing import Any

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.errors import RequestError
from interlock.intents.check import CheckRequest, from_check
from interlock.units import Instant
from interlock_webhooks.denials import log_denial
from interlock_webhooks.metrics import EndpointMetrics
from interlock_webhooks.runtime import codec
from interlock_webhooks.service import Service


class RuntimeHandlers:
    """The check routes of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._checks = service.metrics.of("check")
        self._batches = service.metrics.of("batch")

    async def check(self, body: bytes, until: int) -> bytes:
        """The decision on one check."""
        check = codec.decode_check(body)
        return codec.encode_check(
            self._decided(self._checks, self._service.policies.in_force.engine, check, until)
        )

    async def check_batch(self, body: bytes, until: int) -> bytes:
        """The decisions on all checks of a batch, or an error if one of them can't be understood."""
        engine = self._service.policies.in_force.engine
        recorded = []
        for index, check in enumerate(codec.decode_batch(body)):
            try:
                recorded.append(self._decided(self._batches, engine, check, until))
            except RequestError as error:
                raise codec.in_batch(index, error) from None
            # Others get their turn between the checks of a long batch.
            await asyncio.sleep(0)
        return codec.encode_batch(recorded)

    def _decided(
        self, metrics: EndpointMetrics, engine: Engine, check: CheckRequest, until: int
    ) -> dict[str, Any]:
        started = time.perf_counter()
        intent = from_check(check, engine.context)
        decision = engine.decide(intent, now=Instant(time.time_ns() // 1_000_000), until=until)
        metrics.decided(decision, time.perf_counter() - started)
        recorded = record(decision)
        if not decision.allowed:
            log_denial(self._service.log, recorded, action=intent["action"], kind=intent["kind"])
        return recorded
