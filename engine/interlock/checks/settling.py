"""Ends holds and lets them last, at what was really used. Policies have no say in it. Pure but for ledgers."""

from decimal import Decimal
from typing import TypeVar

from msgspec import UNSET

from interlock.checks.holds import MICRO, HoldAnswer, Settlement
from interlock.checks.lasting import lasting
from interlock.engine.pricing import Reported, Told, reported
from interlock.errors import ConflictError, NotFoundError, RequestError
from interlock.identity import HoldId
from interlock.instants import rfc3339
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Closed, Ended, Extended, Unknown
from interlock.ledger.hold import Status
from interlock.ledger.ledger import Ledger
from interlock.model.budget import Unit
from interlock.model.catalog import Catalog
from interlock.units import Instant

_Answer = TypeVar("_Answer", Ended, Extended)


async def settle(ledger: Ledger, settlement: Settlement, catalog: Catalog, now: Instant) -> HoldAnswer:
    """That what was used is booked; a provider's response is priced by `catalog`.

    Raises:
        RequestError: nothing says what was used, or it can't be read.
        NotFoundError: there is no such hold.
        ConflictError: it has ended in another way, or with another use.
    """
    if settlement.used is UNSET and settlement.response is UNSET:
        raise RequestError("say what was `used`, or send the provider's `response`", path="$.used")
    read = _reported(settlement, catalog, now)
    actual = {**(read.actual if read else {}), **settlement.stated}
    ended = _known(await ledger.settle(HoldId(settlement.hold), actual, now))
    answer = HoldAnswer(hold=settlement.hold, status=Status.SETTLED, was=ended.was)
    if read is not None and read.price is not None:
        answer.cost, answer.price = _dollars(actual[Unit.COST.value]), read.price
    return answer


async def release(ledger: Ledger, hold: str, now: Instant) -> HoldAnswer:
    """That nothing is held any more, and nothing was used.

    Raises:
        NotFoundError: there is no such hold.
        ConflictError: it has ended in another way.
    """
    ended = _known(await ledger.release(HoldId(hold), now))
    return HoldAnswer(hold=hold, status=Status.RELEASED, was=ended.was)


async def extend(ledger: Ledger, hold: str, hold_for: str, now: Instant) -> HoldAnswer:
    """Until when the hold lasts, which is `hold_for` from `now` on at least.

    Raises:
        RequestError: `hold_for` is no length of time.
        NotFoundError: there is no such hold.
        ConflictError: it has ended.
    """
    expires = Instant(now + lasting(hold_for, "holdFor"))
    extended = _known(await ledger.extend(HoldId(hold), expires, now))
    return HoldAnswer(hold=hold, status=Status.OPEN, expires=rfc3339(extended.expires))


def _reported(settlement: Settlement, catalog: Catalog, now: Instant) -> Reported | None:
    """What the provider's response says, if there is one."""
    if settlement.response is UNSET:
        return None
    return reported(settlement.response, catalog, now, Told(**settlement.named))


def _dollars(cost: int) -> str:
    """US dollars of so many millionths of a micro-USD."""
    return f"{(Decimal(cost) / (MICRO * PARTS)).normalize():f}"


def _known(answer: _Answer | Closed | Unknown) -> _Answer:
    if isinstance(answer, Unknown):
        raise NotFoundError(
            "`hold`: nobody has such a hold, or it ended long ago: send the `hold.id` of a decision"
        )
    if isinstance(answer, Closed):
        raise ConflictError(f"`hold`: it is {answer.status} already, and stays so")
    return answer
