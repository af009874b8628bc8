"""Budgets as their authors wrote them, already checked.

A budget says which Intents it is for, whose account they draw on, and how much
of each unit an account has in a window. All budgets that match an Intent hold
together; none is weighed against another.
"""

from dataclasses import dataclass
from enum import StrEnum

from interlock.identity import BudgetName
from interlock.model.policy import Match
from interlock.model.window import Window
from interlock.spans import SourceText, Span
from interlock.units import Milliseconds


class Unit(StrEnum):
    """What is counted, in whole numbers."""

    CALLS = "calls"
    TOKENS = "tokens"
    INPUT_TOKENS = "inputTokens"
    OUTPUT_TOKENS = "outputTokens"

    COST = "cost"
    """Micro-USD."""

    GPU_TIME = "gpuTime"
    """Milliseconds of one device, summed over devices."""


class OnExceed(StrEnum):
    """What becomes of a request that does not fit."""

    DENY = "deny"
    WARN = "warn"
    """It goes on, and whoever asked is told; what it uses is counted."""

    CLAMP = "clamp"
    """It may write fewer tokens, if then it fits and whoever asks passes that on; else it is denied."""


@dataclass(frozen=True, slots=True)
class Burst:
    """At most `most` units in any time of length `within`."""

    most: int
    within: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLimit:
    """How much of `unit` an account has in a window.

    `assumed` is what a request is taken to use at most that does not say;
    without it, such a request is denied.
    """

    unit: Unit
    most: int
    assumed: int | None = None
    burst: Burst | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Accounts of all Intents that `match` covers, one for each value of `key`.

    Without `key` they share one. `warn_at` and `notify_at` are percentages of a
    limit. `currency` is the one that the document counts costs in; limits of
    costs are in micro-USD all the same.
    """

    name: BudgetName
    description: str
    match: Match
    key: SourceText | None
    window: Window
    limits: tuple[UnitLimit, ...]
    currency: str
    warn_at: int | None
    notify_at: int | None
    on_exceed: OnExceed
    span: Span
