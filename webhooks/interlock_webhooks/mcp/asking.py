"""Asks the service's own decision point about messages, for one of its clients."""

from collections.abc import Mapping
from typing import Any

from interlock.clock import now
from interlock.decisionlog.record import record
from interlock.identity import HoldId
from interlock.intents.check import CheckRequest
from interlock_webhooks.exchange import Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service


class Asking:
    """Asks `point` of `service` what the client of `request` asks.

    `spends` says that nobody tells what becomes of what is held. Of what is only
    supposed, such as the tools of a list, nobody is told, and nothing is logged.
    """

    def __init__(self, service: Service, point: DecisionPoint, request: Request, *, spends: bool) -> None:
        self._service = service
        self._decided = point.spent if spends else point.decided
        self._considered = point.considered
        self._request = request

    async def check(self, check: CheckRequest) -> Mapping[str, Any]:
        """The record of the decision on `check`. Raises RequestError."""
        client, until = self._request.client, self._request.until
        # An access that a tool declares is no supposition: where it is denied, so is the call.
        if check.get("withoutArguments") or (check.get("dryRun") and "access" not in check):
            engine = self._service.policies.in_force.engine
            return record(await self._considered(engine, check, client, until))
        return await self._decided(check, client, until)

    async def give_back(self, record: Mapping[str, Any]) -> None:
        """Let go of what `record` holds; what is spent already stays so."""
        if "hold" in record:
            await self._service.ledger.release(HoldId(record["hold"]["id"]), now())
