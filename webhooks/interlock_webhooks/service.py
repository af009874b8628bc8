"""What all handlers of one service share."""

from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from interlock.decisionlog.sink import DecisionLog
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies


@dataclass(slots=True, kw_only=True)
class Service:
    """The policies in force, the counters, the log, and whether the service is about to stop.

    `decisions` is where each decision is logged before it is answered, if anywhere.
    """

    policies: LivePolicies
    metrics: Metrics
    log: FilteringBoundLogger
    decisions: DecisionLog | None = None
    draining: bool = False
