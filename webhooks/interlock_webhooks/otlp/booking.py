"""Ends the hold of a report at what its tokens cost. Policies have no say in it."""

from typing import Final

from interlock.checks.ending import Ending, Outcome, end
from interlock.engine.pricing import Told, counted
from interlock.errors import RequestError
from interlock.identity import HoldId
from interlock.ledger.account import PARTS
from interlock.ledger.hold import LATE, Actual
from interlock.ledger.ledger import Ledger
from interlock.model.budget import Unit
from interlock.model.catalog import Catalog
from interlock.prices import unit
from interlock.prices.usage import Usage
from interlock.units import Instant
from interlock_webhooks.otlp.span import Report, Tokens

_MILLISECOND: Final = 1_000_000
_PRICED: Final = {
    Tokens.INPUT: unit.INPUT_TOKENS,
    Tokens.OUTPUT: unit.OUTPUT_TOKENS,
    Tokens.CACHE_READ: unit.CACHE_READ_TOKENS,
    Tokens.CACHE_WRITE: unit.CACHE_WRITE_TOKENS,
    Tokens.INPUT_AUDIO: unit.INPUT_AUDIO_TOKENS,
    Tokens.OUTPUT_AUDIO: unit.OUTPUT_AUDIO_TOKENS,
    Tokens.REASONING: unit.REASONING_TOKENS,
}
_BOOKED: Final = {
    Tokens.INPUT: Unit.INPUT_TOKENS,
    Tokens.OUTPUT: Unit.OUTPUT_TOKENS,
    Tokens.TOTAL: Unit.TOKENS,
}


async def book(ledger: Ledger, report: Report, catalog: Catalog, now: Instant) -> Outcome:
    """What becomes of the hold of `report`, which ends once: by what is reported first."""
    actual = None if report.ending is Ending.NOTHING else _actual(report, catalog, now)
    return await end(ledger, HoldId(report.hold), actual, now)


def _actual(report: Report, catalog: Catalog, now: Instant) -> Actual:
    """What was used of each unit, as far as that is known; the rest is booked as it was held."""
    tokens = report.tokens
    said = {_BOOKED[sort].value: count * PARTS for sort, count in tokens.items() if sort in _BOOKED}
    if Tokens.INPUT not in tokens or Tokens.OUTPUT not in tokens:
        return said
    usage = Usage({unit.REQUESTS: 1, **{_PRICED[sort]: tokens[sort] for sort in tokens if sort in _PRICED}})
    told = Told(report.provider, report.model)
    try:
        return counted(usage, catalog, _ended(report, now), told).actual
    except RequestError:
        # Sorts that don't fit together have no price.
        return {**said, Unit.TOKENS.value: (usage.input_tokens + usage.output_tokens) * PARTS}


def _ended(report: Report, now: Instant) -> Instant:
    """When the call was over, by whose prices it costs: the same however often it is reported."""
    ended = Instant(report.ended // _MILLISECOND)
    return ended if now - LATE <= ended <= now else now
