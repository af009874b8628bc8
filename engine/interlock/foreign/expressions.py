"""Expressions that are evaluated one after the other over one request, and what they cost together.

Variables are computed when the first of them reads one, and kept: their cost
is charged then, once. What is evaluated later, such as messages, computes its
variables anew, as the API server does.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.cost.guard import extent_of
from interlock.cel.cost.meter import Meter
from interlock.cel.program import Program
from interlock.cel.values import EvaluationError, LimitExceeded, OutOfTime

BUDGET: Final = 10_000_000
"""What the validations of a policy may cost with one binding's parameters; messages have what is left."""

CONDITIONS_BUDGET: Final = 2_500_000
"""What the match conditions of a policy may cost."""

OUT_OF_BUDGET: Final = (
    "validation failed due to running out of cost budget, no further validation rules will be run"
)


class OutOfBudgetError(Exception):
    """All expressions together cost too much, and nothing is known of any."""

    def __init__(self) -> None:
        super().__init__(OUT_OF_BUDGET)


@dataclass(frozen=True, slots=True)
class Result:
    """The value of an expression; `error` says why it has none, and is empty where it has."""

    value: Any = None
    error: str = ""


@dataclass(frozen=True)
class Expressions:
    """Programs that read `variables`; None stands for one that is not there, and has no result."""

    programs: Sequence[Program | None]
    variables: Mapping[str, Program] = field(default_factory=dict)
    _worst: dict[int, int] = field(default_factory=dict)

    def worst(self, activation: Activation) -> int:
        """No less than they cost together over what is bound."""
        extent = extent_of(activation.size)
        if extent.total not in self._worst:
            all_ = (*filter(None, self.programs), *self.variables.values())
            self._worst[extent.total] = sum(program.guard.cost(extent) for program in all_)
        return self._worst[extent.total]

    def results(self, activation: Activation) -> list[Result | None]:
        """What each evaluates to, where the worst is so little that nobody has to count."""
        own = activation.extended(self.variables)
        return [None if program is None else _result(program, own) for program in self.programs]

    def counted(self, activation: Activation, budget: int) -> tuple[list[Result | None], int]:
        """What each evaluates to, and what is left of `budget`.

        Raises:
            OutOfBudgetError: they cost more.
        """
        own = activation.extended(self.variables)
        results: list[Result | None] = []
        for program in self.programs:
            if program is None:
                results.append(None)
                continue
            meter = Meter(limit=program.guard.limit, clock=time.monotonic_ns, until=own.until)
            results.append(_result(program, own, meter))
            budget -= meter.total
            if budget < 0:
                raise OutOfBudgetError
        return results, budget


def _result(program: Program, activation: Activation, meter: Meter | None = None) -> Result:
    try:
        if meter is None:
            return Result(program.evaluate(activation))
        return Result(program.measure(activation, meter))
    except OutOfTime:
        raise
    except (EvaluationError, LimitExceeded) as error:
        return Result(error=f"expression '{program.source.text}' resulted in error: {error}")
