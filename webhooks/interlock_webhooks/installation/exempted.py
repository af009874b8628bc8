"""Namespaces that carry the label of exemption without being listed: from before the label was guarded."""

from contextlib import aclosing
from typing import Final

from interlock.registration.settings import EXEMPT_LABEL, Settings
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.resource import Resource

_NAMESPACES: Final = Resource(group="", version="v1", plural="namespaces", namespaced=False)


async def wrongly_exempt(cluster: Cluster, settings: Settings) -> list[str]:
    """Those of which no policy is asked, though nobody who runs the service wants that.

    Raises:
        ClusterError: they can't be listed.
    """
    wanted = {*settings.may_be_exempt, *settings.exempt_namespaces}
    found: list[str] = []
    async with aclosing(cluster.pages(_NAMESPACES.path())) as pages:
        async for page in pages:
            for body in page.items or ():
                metadata = body.get("metadata") or {}
                if EXEMPT_LABEL in (metadata.get("labels") or {}) and metadata.get("name") not in wanted:
                    found.append(str(metadata.get("name")))
    return sorted(found)
