"""What keeps an installation. It is imported here alone: the client that it needs comes with an extra."""

from typing import TYPE_CHECKING

from structlog.typing import FilteringBoundLogger

from interlock.loading.policyset import PolicySet
from interlock_webhooks.installation.installation import Installation
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.state import StateDir
from interlock_webhooks.tls import Identity

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster
    from interlock_webhooks.installation.presenting import ClusterCertificate
    from interlock_webhooks.installation.upkeep import Upkeep


def certificate_of(
    cluster: "Cluster", installation: Installation, identity: Identity, state: StateDir
) -> "ClusterCertificate":
    """What shows the certificate that is kept in `cluster`."""
    from interlock_webhooks.installation.presenting import ClusterCertificate  # noqa: PLC0415
    from interlock_webhooks.installation.vault import Vault  # noqa: PLC0415

    return ClusterCertificate(identity, Vault(cluster, installation.settings.namespace), state)


def upkeep_of(
    cluster: "Cluster",
    installation: Installation,
    policies: LivePolicies,
    metrics: Metrics,
    log: FilteringBoundLogger,
) -> "Upkeep":
    """What keeps `installation` for `policies` while this service leads."""
    from interlock_webhooks.installation.upkeep import Upkeep  # noqa: PLC0415

    def in_force() -> PolicySet | None:
        return None if policies.missing() else policies.in_force.engine.policies

    return Upkeep(cluster, installation, in_force, metrics, log)
