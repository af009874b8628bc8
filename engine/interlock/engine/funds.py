"""What is left of a budget that several expressions share."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.program import Program
from interlock.cel.values import OutOfTime

OUT_OF_TIME: Final = "the decision ran out of time"


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


def paid(program: Program, activation: Activation, funds: Sequence[Funds]) -> Any:  # noqa: ANN401  # a CEL value
    """The value of `program`, whose cost is taken from all of `funds`; without any nobody counts it.

    What is left does not matter to the value: one expression's outcome never
    depends on which others were evaluated before it. Nor does the time: an
    expression that has none left has no outcome, and so there is no decision.

    Raises:
        EvaluationError: its CEL error.
        LimitExceeded: it costs more than its own limit.
        UndecidableError: time ran out, or one of `funds` is shared and has less.
    """
    try:
        return _counted(program, activation, funds) if funds else program.evaluate(activation)
    except OutOfTime:
        raise UndecidableError(OUT_OF_TIME) from None


def _counted(program: Program, activation: Activation, funds: Sequence[Funds]) -> Any:  # noqa: ANN401  # a CEL value
    if program.alternative is not None:
        # What another evaluator does is what it was asked for, and nobody counts it.
        return program.alternative(activation)
    meter = Meter(limit=program.guard.limit, clock=time.monotonic_ns, until=activation.until)
    try:
        return program.measure(activation, meter)
    finally:
        for fund in funds:
            fund.take(meter.total)


def check_deadline(until: int | None) -> None:
    """Raises UndecidableError past `until`."""
    if until is not None and time.monotonic_ns() >= until:
        raise UndecidableError(OUT_OF_TIME)
