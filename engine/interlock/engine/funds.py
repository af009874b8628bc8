"""What is left of a budget that several expressions share."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.program import Program


@dataclass(slots=True)
class Funds:
    """What the expressions of a policy, or of a decision, may cost from now on."""

    left: int


def measured(program: Program, activation: Activation, funds: Sequence[Funds]) -> Any:  # noqa: ANN401  # a CEL value
    """The value of `program`, whose cost is taken from all of `funds`.

    Raises:
        EvaluationError: its CEL error.
        LimitExceeded: it costs more than its own limit, or than one of `funds` has left.
    """
    if program.alternative is not None:
        # What another evaluator does is what it was asked for, and nobody counts it.
        return program.alternative(activation)
    limit = min(program.guard.limit, *(fund.left for fund in funds))
    meter = Meter(limit=limit, clock=time.monotonic_ns, until=activation.until)
    try:
        return program.measure(activation, meter)
    finally:
        for fund in funds:
            fund.left = max(fund.left - meter.total, 0)
