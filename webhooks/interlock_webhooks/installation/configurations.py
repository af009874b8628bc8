"""Writes webhook configurations, and mends them."""

from typing import Final

from interlock.registration.configuration import MUTATING, VALIDATING
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.installation.drift import bundles_of, mended
from interlock_webhooks.rotation.secret import is_ours
from interlock_webhooks.text import quoted

_GROUP: Final = "admissionregistration.k8s.io"
_RESOURCES: Final = {
    kind: Resource(group=_GROUP, version="v1", plural=f"{kind.lower()}s", namespaced=False)
    for kind in (VALIDATING, MUTATING)
}


class Configurations:
    """Both configurations called `name`. Each call raises ClusterError."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self._name = name

    async def bundles(self) -> list[bytes]:
        """Whom each of their webhooks trusts."""
        found = [await self._found(kind) for kind in _RESOURCES]
        return [bundle for each in found if each is not None for bundle in bundles_of(each)]

    async def write(self, wanted: Object) -> bool:
        """Make the one of the kind of `wanted` say what that says; whether it did not."""
        resource = _RESOURCES[wanted["kind"]]
        found = await self._found(wanted["kind"])
        if found is None:
            await self._cluster.create(resource.path(), wanted)
            return True
        new = mended(found, wanted)
        if new is None:
            return False
        if not is_ours(found):
            raise ClusterError(
                f"the {wanted['kind']} {quoted(self._name)} is somebody else's: delete it, or label it "
                "`app.kubernetes.io/managed-by: interlock` to have it replaced"
            )
        await self._cluster.replace(resource.path(self._name), new)
        return True

    async def _found(self, kind: str) -> Object | None:
        try:
            return await self._cluster.get(_RESOURCES[kind].path(self._name))
        except NotFoundError:
            return None
