"""The JSON of a settlement: what one hold really used, and who it was for."""

from typing_extensions import TypedDict  # as in `interlock.engine.statement`

from interlock.instants import rfc3339
from interlock.ledger.answers import Settlement
from interlock.ledger.decimals import decimal_of


class SettlementRecord(TypedDict):
    """What one hold used of each unit: whole units as exact decimals, such as micro-USD of `cost`."""

    hold: str
    at: str
    facts: dict[str, str]
    actual: dict[str, str]


def settlement_record(settled: Settlement) -> SettlementRecord:
    """`settled` as plain JSON."""
    return SettlementRecord(
        hold=settled.hold,
        at=rfc3339(settled.at),
        facts=settled.facts,
        actual={unit: decimal_of(parts) for unit, parts in settled.actual.items()},
    )
