"""Events of a cluster. What posts them is imported here alone: its client comes with an extra."""

from typing import TYPE_CHECKING

from structlog.typing import FilteringBoundLogger

from interlock.clock import now
from interlock_webhooks.controller.membership import Membership
from interlock_webhooks.metrics import Metrics

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster
    from interlock_webhooks.events.recorder import EventRecorder


def recorder_of(
    cluster: "Cluster", membership: Membership, metrics: Metrics, log: FilteringBoundLogger
) -> "EventRecorder":
    """What posts Events of this replica into `cluster`."""
    from interlock_webhooks.events.recorder import EventRecorder  # noqa: PLC0415 - it needs the extra

    return EventRecorder(cluster, membership.replica, metrics, log, now)
