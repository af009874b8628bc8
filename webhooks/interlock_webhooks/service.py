"""What all handlers of one service share."""

from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies


@dataclass(slots=True, kw_only=True)
class Service:
    """The policies in force, the counters, the log, and whether the service is about to stop."""

    policies: LivePolicies
    metrics: Metrics
    log: FilteringBoundLogger
    draining: bool = False
