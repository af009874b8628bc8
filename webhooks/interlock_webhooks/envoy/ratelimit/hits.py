"""What the hits of a rate limit count, and what they come to in the units of budgets. Pure."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from interlock.ledger.account import PARTS
from interlock.ledger.hold import Actual
from interlock.model import budget
from interlock.model.intent import Usage


class Unit(StrEnum):
    """What one hit is: a call, a token, or a micro-USD of `cost`."""

    CALLS = budget.Unit.CALLS
    TOKENS = budget.Unit.TOKENS
    INPUT_TOKENS = budget.Unit.INPUT_TOKENS
    OUTPUT_TOKENS = budget.Unit.OUTPUT_TOKENS
    COST = budget.Unit.COST


_READ: Final = frozenset({Unit.INPUT_TOKENS})
_WRITTEN: Final = frozenset({Unit.OUTPUT_TOKENS, Unit.TOKENS})


class Hits(Struct, frozen=True):
    """So many of one unit. Tokens of which nobody says whether they were read are taken for written ones."""

    unit: Unit
    count: int

    @property
    def usage(self) -> Usage:
        """What an Intent that is for these hits, and for nothing else, uses at most."""
        return {
            "inputTokens": self.count if self.unit in _READ else 0,
            "outputTokens": self.count if self.unit in _WRITTEN else 0,
            "cost": self.count if self.unit is Unit.COST else 0,
        }

    @property
    def actual(self) -> Actual:
        """What they are of each unit, in parts."""
        usage = self.usage
        whole = {
            Unit.CALLS: self.count if self.unit is Unit.CALLS else 0,
            Unit.TOKENS: usage["inputTokens"] + usage["outputTokens"],
            Unit.INPUT_TOKENS: usage["inputTokens"],
            Unit.OUTPUT_TOKENS: usage["outputTokens"],
            Unit.COST: usage["cost"],
        }
        return {unit.value: count * PARTS for unit, count in whole.items()}
