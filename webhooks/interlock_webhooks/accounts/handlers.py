"""Answers what is said of holds: settled, released, extended."""

from interlock.checks import settling
from interlock.clock import now
from interlock_webhooks.accounts import codec
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.service import Service


class AccountHandlers:
    """The routes about holds of one service. Policies have no say in them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def settle(self, request: Request) -> Answer:
        """That what was used is booked."""
        settlement = codec.decode_settlement(request.body)
        catalog = self._service.policies.in_force.engine.policies.catalog
        return Answer(codec.encode(await settling.settle(self._service.ledger, settlement, catalog, now())))

    async def release(self, request: Request) -> Answer:
        """That nothing is held any more."""
        release = codec.decode_release(request.body)
        return Answer(codec.encode(await settling.release(self._service.ledger, release.hold, now())))

    async def extend(self, request: Request) -> Answer:
        """Until when the hold lasts."""
        extension = codec.decode_extension(request.body)
        answer = await settling.extend(self._service.ledger, extension.hold, extension.hold_for, now())
        return Answer(codec.encode(answer))
