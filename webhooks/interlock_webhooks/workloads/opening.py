"""The workloads of the cluster that this machine knows of; the client that asks it comes with an extra."""

from typing import TYPE_CHECKING

from interlock.errors import OperatorError
from interlock_webhooks.clock import now
from interlock_webhooks.service import Service

if TYPE_CHECKING:
    from interlock_webhooks.workloads.controller import Workloads


async def open_workloads(service: Service) -> "Workloads":
    """The workloads whose holds are in the ledger of `service`.

    Raises:
        OperatorError: no cluster is known, or the extra is absent.
    """
    try:
        from interlock_webhooks.cluster.client import Cluster  # noqa: PLC0415 - it needs the extra
        from interlock_webhooks.workloads.controller import Workloads  # noqa: PLC0415 - it imports the former
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("interlock"):
            raise
        raise OperatorError(f"`{error.name}` is missing: install `interlock[kubernetes]`") from None
    return Workloads(await Cluster.found(), service, now)
