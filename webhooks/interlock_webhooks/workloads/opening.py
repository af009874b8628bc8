"""The workloads of a cluster. What watches them is imported here alone: its client comes with an extra."""

from typing import TYPE_CHECKING

from interlock.clock import now
from interlock_webhooks.service import Service

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster
    from interlock_webhooks.workloads.controller import Workloads


def workloads_of(cluster: "Cluster", service: Service) -> "Workloads":
    """The workloads of `cluster`, whose holds are in the ledger of `service`."""
    from interlock_webhooks.workloads.controller import Workloads  # noqa: PLC0415 - it needs the extra

    return Workloads(cluster, service, now)
