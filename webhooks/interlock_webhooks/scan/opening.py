"""Scans of a cluster. What makes them is imported here alone: its client comes with an extra."""

from typing import TYPE_CHECKING

from interlock.clock import now
from interlock_webhooks.service import Service

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster
    from interlock_webhooks.scan.schedule import Schedule


def schedule_of(cluster: "Cluster", service: Service) -> "Schedule":
    """The scans of `cluster` with the policies that are in force in `service`."""
    from interlock_webhooks.scan.scanner import Scanner  # noqa: PLC0415 - it needs the extra
    from interlock_webhooks.scan.schedule import Schedule  # noqa: PLC0415

    scanner = Scanner(cluster, service.cluster, service.metrics, service.log, now)
    return Schedule(scanner, cluster, service.policies, service.log)
