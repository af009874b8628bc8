"""How holds end by what is said of their calls afterwards, once however often it is. Pure but for ledgers."""

from enum import StrEnum

from interlock.identity import HoldId
from interlock.ledger.answers import Closed, Ended, Unknown
from interlock.ledger.hold import Actual, Status, is_secret
from interlock.ledger.ledger import Ledger
from interlock.units import Instant


class Ending(StrEnum):
    """What becomes of a hold: what was really used is booked, all of what was held, or nothing."""

    USED = "used"
    HELD = "held"
    NOTHING = "nothing"


class Outcome(StrEnum):
    """What became of it. Where it is closed it had ended in another way, or with another use, and stays so."""

    SETTLED = "settled"
    RELEASED = "released"
    REPEATED = "repeated"
    CLOSED = "closed"
    UNKNOWN = "unknown"


async def end(ledger: Ledger, hold: HoldId, actual: Actual | None, now: Instant) -> Outcome:
    """What becomes of `hold` where `actual` was used, or nothing where that is None.

    Who knows a hold that nobody can guess was told of it. Of any other it is not known who speaks: it stays.
    """
    if not is_secret(hold):
        return Outcome.UNKNOWN
    if actual is None:
        return _outcome(await ledger.release(hold, now), Status.RELEASED, Outcome.RELEASED)
    return _outcome(await ledger.settle(hold, actual, now), Status.SETTLED, Outcome.SETTLED)


def _outcome(answer: Ended | Closed | Unknown, status: Status, outcome: Outcome) -> Outcome:
    match answer:
        case Ended(was=was):
            return Outcome.REPEATED if was == status else outcome
        case Closed():
            return Outcome.CLOSED
        case Unknown():
            return Outcome.UNKNOWN
