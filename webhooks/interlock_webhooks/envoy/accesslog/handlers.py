"""Ends holds by what proxies log of the requests that they were taken for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from interlock.checks.ending import Ending, Outcome, end
from interlock.clock import now
from interlock.engine.pricing import Told, counted
from interlock.errors import OperatorError, RequestError
from interlock.identity import HoldId
from interlock.ledger.account import PARTS
from interlock.ledger.hold import Actual
from interlock.model.budget import Unit
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS
from interlock.prices.usage import Usage
from interlock.units import Instant
from interlock_webhooks.envoy.accesslog import codec
from interlock_webhooks.envoy.accesslog.entry import Entry
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.service import Service

GRPC: Final = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs"
"""The method of gRPC."""

ENDPOINT: Final = "accesslog"
"""What it is called where it is counted, and granted to clients."""

_TURN: Final = 256
"""Entries that are read until others get their turn."""

_TRIES: Final = 60
_AGAIN: Final = 1.0
"""Seconds until a ledger that can't be used is tried again."""


class AccessLogHandlers:
    """The access log of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def stream(self, _request: Request, messages: AsyncIterator[bytes]) -> Answer:
        """That the log has ended; until then holds are ended as its entries come."""
        async for message in messages:
            for index, entry in enumerate(codec.decode_entries(message)):
                if index % _TURN == 0:
                    await asyncio.sleep(0)
                if isinstance(entry, RequestError):
                    self._service.log.warning("access log entry not understood", error=str(entry))
                elif entry is not None:
                    await self._end(entry, now())
        return Answer(codec.encode_end())

    async def _end(self, entry: Entry, at: Instant) -> None:
        """Have the hold of `entry` ended; one that has ended already stays as it is."""
        actual = None if entry.ending is Ending.NOTHING else self._actual(entry, at)
        outcome = await self._outcome(HoldId(entry.hold), actual, at)
        if outcome in {Outcome.CLOSED, Outcome.UNKNOWN}:
            self._service.log.warning("hold not ended", ending=entry.ending, why=outcome.value)

    async def _outcome(self, hold: HoldId, actual: Actual | None, at: Instant) -> Outcome:
        """What becomes of `hold`, also where the ledger is away for a minute: a proxy says nothing twice."""
        for tries in range(_TRIES):
            try:
                return await end(self._service.ledger, hold, actual, at)
            except OperatorError as error:
                if not tries:
                    self._service.log.error("hold not ended yet", error=str(error))  # noqa: TRY400 - says all
            await asyncio.sleep(_AGAIN)
        return await end(self._service.ledger, hold, actual, at)

    def _actual(self, entry: Entry, at: Instant) -> Actual:
        """What was used, with what it costs where somebody knows; nothing where it is booked as it was held."""
        said = entry.used.actual
        read, written = said.get(Unit.INPUT_TOKENS), said.get(Unit.OUTPUT_TOKENS)
        if entry.model is None or read is None or written is None:
            return said
        usage = Usage({INPUT_TOKENS: read // PARTS, OUTPUT_TOKENS: written // PARTS, REQUESTS: 1})
        catalog = self._service.policies.in_force.engine.policies.catalog
        return {**counted(usage, catalog, at, Told(entry.provider, entry.model)).actual, **said}
