"""How much evaluation may cost, counted as Kubernetes counts it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLimits:
    """What one expression, all expressions of one policy over one item, and a whole decision may cost.

    The first two defaults are those of the API server, which has none for a request.
    """

    expression: int = 1_000_000
    policy: int = 10_000_000
    decision: int = 100_000_000


DEFAULT_COST_LIMITS = CostLimits()
