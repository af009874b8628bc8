"""The JSON of a settlement: what one hold really used, and who it was for. Pure."""

from datetime import datetime

from typing_extensions import TypedDict  # as in `interlock.engine.statement`

from interlock.identity import HoldId
from interlock.instants import instant_of, rfc3339
from interlock.ledger.answers import Settlement
from interlock.ledger.decimals import decimal_of, parts_of


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


def settlement_of(record: SettlementRecord) -> Settlement:
    """What `settlement_record` wrote.

    Raises:
        ValueError: it wrote no such record.
    """
    return Settlement(
        hold=HoldId(record["hold"]),
        at=instant_of(datetime.fromisoformat(record["at"])),
        facts=record["facts"],
        actual={unit: parts_of(text) for unit, text in record["actual"].items()},
    )
