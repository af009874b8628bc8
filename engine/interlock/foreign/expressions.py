"""Expressions that are evaluated one after the other over one request, and what they cost together.

Variables are computed when the first of them reads one, and kept: their cost
is charged then, once. What is evaluated later, such as messages, computes its
variables anew, as the API server does.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.cost.meter import Meter
from interlock.cel.program import Program
from interlock.cel.tree import variables
from interlock.cel.values import EvaluationError, LimitExceeded, OutOfTime

BUDGET: Final = 10_000_000
"""What the validations of a policy may cost with one binding's parameters; messages have what is left."""

CONDITIONS_BUDGET: Final = 2_500_000
"""What the match conditions of a policy may cost."""

OUT_OF_BUDGET: Final = (
    "validation failed due to running out of cost budget, no further validation rules will be run"
)


def share(budget: int, count: int) -> int:
    """What each of `count` expressions may cost so that all together cost no more than `budget`."""
    return min(PER_CALL_LIMIT, budget // max(count, 1))


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
    """Programs that read `variables`; None stands for one that is not there, and has no result.

    While each costs no more than its `share`, they cost together what they may.
    """

    programs: Sequence[Program | None]
    variables: Mapping[str, Program] = field(default_factory=dict)
    share: int = PER_CALL_LIMIT

    def results(self, activation: Activation) -> list[Result | None] | None:
        """What each evaluates to, which nobody has to count; None where one costs more than its share.

        Raises:
            OutOfTime: nobody waits any more. One that costs no more than its share does not look at the clock.
        """
        if activation.until is not None and time.monotonic_ns() >= activation.until:
            raise OutOfTime("nobody waits any more")
        own = activation.extended(self._quick_variables)
        try:
            return [None if each is None else _result(each, own) for each in self._quick]
        except _OverShareError:
            return None

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
            results.append(_measured(program, own, meter))
            budget -= meter.total
            if budget < 0:
                raise OutOfBudgetError
        return results, budget

    @cached_property
    def reads(self) -> frozenset[str]:
        """What the programs and all variables read by name."""
        programs = (*self.programs, *self.variables.values())
        return frozenset(name for each in programs if each is not None for name in variables(each.node))

    @cached_property
    def _quick(self) -> Sequence[Program | None]:
        return [None if each is None else each.within(self.share) for each in self.programs]

    @cached_property
    def _quick_variables(self) -> Mapping[str, Program]:
        return {name: each.within(self.share) for name, each in self.variables.items()}


class _OverShareError(Exception):
    pass


def _result(program: Program, activation: Activation) -> Result:
    """Where nobody counts."""
    try:
        return Result(program.evaluate(activation))
    except OutOfTime:
        raise
    except LimitExceeded:
        raise _OverShareError from None
    except EvaluationError as error:
        return _failed(program, error)


def _measured(program: Program, activation: Activation, meter: Meter) -> Result:
    try:
        return Result(program.measure(activation, meter))
    except OutOfTime:
        raise
    except (EvaluationError, LimitExceeded) as error:
        return _failed(program, error)


def _failed(program: Program, error: Exception) -> Result:
    return Result(error=f"expression '{program.source.text}' resulted in error: {error}")
