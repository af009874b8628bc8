"""The cluster that this machine knows of; the client that asks it comes with an extra."""

from typing import TYPE_CHECKING

from interlock.errors import OperatorError

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster


async def open_cluster() -> "Cluster":
    """The API server that `KUBECONFIG` or `~/.kube/config` names, else that of the pod that this runs in.

    Raises:
        OperatorError: no cluster is known, or the extra is absent.
    """
    try:
        from interlock_webhooks.cluster.client import Cluster  # noqa: PLC0415 - it needs the extra
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("interlock"):
            raise
        raise OperatorError(f"`{error.name}` is missing: install `interlock[kubernetes]`") from None
    return await Cluster.found()
