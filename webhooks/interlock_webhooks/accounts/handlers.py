"""Answers what is said of holds: settled, released, extended."""

from interlock.identity import HoldId
from interlock.ledger.hold import Status
from interlock.units import Instant
from interlock_webhooks.accounts import codec
from interlock_webhooks.clock import now
from interlock_webhooks.lasting import lasting
from interlock_webhooks.service import Service


class AccountHandlers:
    """The routes about holds of one service. Policies have no say in them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def settle(self, body: bytes, _until: int) -> bytes:
        """That what was used is booked."""
        settlement = codec.decode_settlement(body)
        answer = await self._service.ledger.settle(HoldId(settlement.hold), settlement.used.actual, now())
        return codec.encode_ended(settlement.hold, Status.SETTLED, answer)

    async def release(self, body: bytes, _until: int) -> bytes:
        """That nothing is held any more."""
        release = codec.decode_release(body)
        answer = await self._service.ledger.release(HoldId(release.hold), now())
        return codec.encode_ended(release.hold, Status.RELEASED, answer)

    async def extend(self, body: bytes, _until: int) -> bytes:
        """Until when the hold lasts."""
        extension = codec.decode_extension(body)
        at = now()
        expires = Instant(at + lasting(extension.hold_for, "holdFor"))
        answer = await self._service.ledger.extend(HoldId(extension.hold), expires, at)
        return codec.encode_extended(extension.hold, answer)
