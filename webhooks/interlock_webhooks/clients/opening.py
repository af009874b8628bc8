"""The clients that the service is started with."""

from typing import TYPE_CHECKING

from structlog.typing import FilteringBoundLogger

from interlock_webhooks.clients.live import LiveClients
from interlock_webhooks.clients.reading import Means, read_clients
from interlock_webhooks.exposure import Exposure
from interlock_webhooks.metrics import Metrics

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster


def asks_a_cluster(exposure: Exposure) -> bool:
    """Whether an API server has to be asked whose tokens are. Raises AuthorError."""
    if exposure.clients is None:
        return False
    means = Means(certificates=exposure.authorities is not None, cluster=True)
    return bool(read_clients(exposure.clients, means).reviewed)


def live_clients(
    exposure: Exposure, cluster: "Cluster | None", metrics: Metrics, log: FilteringBoundLogger
) -> LiveClients | None:
    """Those of the document, renewed once watched; None where everybody may call. Raises AuthorError."""
    if exposure.clients is None:
        return None
    means = Means(certificates=exposure.authorities is not None, cluster=cluster is not None)
    return LiveClients(exposure.clients, means, cluster, metrics, log)
