"""Answers the check API: one decision for each check."""

import asyncio
from typing import Any, cast

from interlock.checks.terms import flag, once_of
from interlock.errors import RequestError
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.runtime import codec
from interlock_webhooks.service import Service


class RuntimeHandlers:
    """The check routes of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._checks = DecisionPoint(service, "check")
        self._batches = DecisionPoint(service, "batch")

    async def check(self, request: Request) -> Answer:
        """The decision on one check."""
        check = codec.decode_check(request.body)
        return Answer(codec.encode_check(await self._checks.decided(check, request.client, request.until)))

    async def check_batch(self, request: Request) -> Answer:
        """The decisions on all checks of a batch, or an error if one of them can't be understood."""
        engine, until = self._service.policies.in_force.engine, request.until
        batch = codec.decode_batch(request.body)
        once = once_of(cast("dict[str, Any]", batch), "batch")
        is_linked = flag(cast("dict[str, Any]", batch), "linked")
        readings = []
        # All are understood before one is decided: none takes what it rests on for an error.
        for index, check in enumerate(batch["checks"]):
            try:
                readings.append(
                    self._batches.understood(engine, check, request.client, until, is_linked=is_linked)
                )
            except RequestError as error:
                raise codec.in_batch(index, error) from None
            # Others get their turn between the checks of a long batch.
            await asyncio.sleep(0)
        if is_linked:
            return Answer(codec.encode_batch(await self._batches.admitted(engine, readings, once, until)))
        if once is not None:
            raise RequestError(
                "`idempotencyKey`: checks that are not linked have keys of their own", path="$.idempotencyKey"
            )
        recorded = []
        for reading in readings:
            recorded += await self._batches.admitted(engine, [reading], reading.read.terms.once, until)
            await asyncio.sleep(0)
        return Answer(codec.encode_batch(recorded))
