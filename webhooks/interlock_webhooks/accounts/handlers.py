"""Answers what is said of holds: settled, released, extended."""

from msgspec import UNSET

from interlock.checks.lasting import lasting
from interlock.clock import now
from interlock.engine.pricing import Reported, Told, reported
from interlock.identity import HoldId
from interlock.ledger.hold import Status
from interlock.model.budget import Unit
from interlock.units import Instant
from interlock_webhooks.accounts import codec
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.service import Service


class AccountHandlers:
    """The routes about holds of one service. Policies have no say in them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def settle(self, request: Request) -> Answer:
        """That what was used is booked."""
        settlement, at = codec.decode_settlement(request.body), now()
        read = self._reported(settlement, at)
        actual = {**(read.actual if read else {}), **settlement.stated}
        answer = await self._service.ledger.settle(HoldId(settlement.hold), actual, at)
        priced = {} if read is None or read.price is None else codec.priced(actual[Unit.COST.value], read.price)
        return Answer(codec.encode_ended(settlement.hold, Status.SETTLED, answer, **priced))

    def _reported(self, settlement: codec.Settlement, at: Instant) -> Reported | None:
        """What the provider's response says, if there is one."""
        if settlement.response is UNSET:
            return None
        catalog = self._service.policies.in_force.engine.policies.catalog
        return reported(settlement.response, catalog, at, Told(**settlement.named))

    async def release(self, request: Request) -> Answer:
        """That nothing is held any more."""
        release = codec.decode_release(request.body)
        answer = await self._service.ledger.release(HoldId(release.hold), now())
        return Answer(codec.encode_ended(release.hold, Status.RELEASED, answer))

    async def extend(self, request: Request) -> Answer:
        """Until when the hold lasts."""
        extension = codec.decode_extension(request.body)
        at = now()
        expires = Instant(at + lasting(extension.hold_for, "holdFor"))
        answer = await self._service.ledger.extend(HoldId(extension.hold), expires, at)
        return Answer(codec.encode_extended(extension.hold, answer))
