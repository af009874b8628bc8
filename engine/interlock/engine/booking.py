"""Books what was used already, whether or not anybody asked before.

What is used is used: no limit keeps it from being counted, and what is beyond
one is a debt that stops the next request.
"""

import secrets

from msgspec.structs import replace

from interlock.engine.decide import Engine
from interlock.engine.facts import facts_of
from interlock.engine.group import HOLD_TIME
from interlock.errors import RequestError
from interlock.ledger.hold import SECRET, Actual, Hold, Taking, hold_id
from interlock.ledger.ledger import Ledger
from interlock.model.intent import Intent
from interlock.units import Instant


async def book(engine: Engine, ledger: Ledger, intent: Intent, actual: Actual, *, now: Instant) -> None:
    """Book `actual` on all accounts that `intent` draws on.

    Raises:
        RequestError: nobody knows on which accounts of some budget; on all others it is booked.
        OperatorError: the ledger can't be used.
    """
    drawn = engine.drawn(intent, now=now, until=None)
    if drawn.lines:
        hold = Hold(
            id=hold_id(drawn.organization, secrets.token_bytes(SECRET)),
            lines=tuple([replace(line, limit=None) for line in drawn.lines]),
            expires=Instant(now + HOLD_TIME),
            facts=facts_of(intent),
        )
        await ledger.take(Taking(organization=drawn.organization, holds=(hold,)), now)
        await ledger.settle(hold.id, actual, now)
    if drawn.uncharged:
        why = drawn.uncharged[0]
        raise RequestError(f"budget `{why.budget}`: nobody knows whose account was used: {why.reason}")
