"""What is left of a budget that several expressions share."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.program import Program


class UndecidableError(Exception):
    """There is no saying what all rules say: time ran out, or they cost too much. The message says which."""


@dataclass(slots=True)
class Funds:
    """What the expressions of a policy over one item may cost from now on; below zero they cost too much."""

    left: int

    def take(self, cost: int) -> None:
        """Pays `cost`, even if there is less."""
        self.left -= cost

    @property
    def is_overdrawn(self) -> bool:
        """Whether they cost more than they may."""
        return self.left < 0


@dataclass(slots=True)
class SharedFunds(Funds):
    """What all expressions of a decision may cost from now on."""

    def take(self, cost: int) -> None:
        """Pays `cost`.

        Raises:
            UndecidableError: there is less.
        """
        Funds.take(self, cost)
        if self.is_overdrawn:
            raise UndecidableError("the decision costs too much: see `costs.decision` of the PolicySet")


def measured(program: Program, activation: Activation, funds: Sequence[Funds]) -> Any:  # noqa: ANN401  # a CEL value
    """The value of `program`, whose cost is taken from all of `funds`.

    What is left does not matter to the value: one expression's outcome never
    depends on which others were evaluated before it.

    Raises:
        EvaluationError: its CEL error.
        LimitExceeded: it costs more than its own limit.
        UndecidableError: one of `funds` is shared and has less.
    """
    if program.alternative is not None:
        # What another evaluator does is what it was asked for, and nobody counts it.
        return program.alternative(activation)
    meter = Meter(limit=program.guard.limit, clock=time.monotonic_ns, until=activation.until)
    try:
        return program.measure(activation, meter)
    finally:
        for fund in funds:
            fund.take(meter.total)
