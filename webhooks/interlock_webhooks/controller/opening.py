"""Policies from a cluster. What watches them is imported here alone: its client comes with an extra."""

import secrets
from typing import TYPE_CHECKING

from structlog.typing import FilteringBoundLogger

from interlock_webhooks.controller.membership import Membership
from interlock_webhooks.metrics import Metrics

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster
    from interlock_webhooks.controller.controller import Controller


def controller_of(
    cluster: "Cluster", membership: Membership, metrics: Metrics, log: FilteringBoundLogger
) -> "Controller":
    """What keeps policies as the documents in `cluster` are."""
    from interlock_webhooks.controller.controller import Controller  # noqa: PLC0415 - it needs the extra
    from interlock_webhooks.controller.replicas import Replicas  # noqa: PLC0415
    from interlock_webhooks.leadership.election import Leadership  # noqa: PLC0415

    # A process that is started anew under its old name must not take itself for the one before.
    identity = f"{membership.replica}_{secrets.token_hex(4)}"
    leadership = Leadership(cluster, metrics, log, identity=identity, namespace=membership.namespace)
    replicas = Replicas(cluster, log, name=membership.replica, namespace=membership.namespace)
    return Controller(cluster, leadership, metrics, log, replicas=replicas)
