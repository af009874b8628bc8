"""The Secret that certificates are kept in, in a cluster."""

from datetime import datetime
from typing import Final

from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.rotation.plan import Step, next_step
from interlock_webhooks.rotation.secret import Certificates, after, is_ours, read, written
from interlock_webhooks.text import quoted

SECRET: Final = "interlock-tls"  # noqa: S105 - its name
_SECRETS: Final = Resource(group="", version="v1", plural="secrets", namespaced=True)


class Vault:
    """The Secret `SECRET` in `namespace`. Each call raises ClusterError."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    async def held(self) -> Certificates | None:
        """What it holds; None where that is nothing usable."""
        found = await self._found()
        return None if found is None else read(found)

    async def advance(
        self, bundles: list[bytes], names: tuple[str, ...], now: datetime
    ) -> tuple[Step, Certificates]:
        """The step that is next where configurations have `bundles`, done, and what is held then.

        Raises:
            ConflictError: somebody else wrote it meanwhile.
        """
        found = await self._found()
        if found is not None and not is_ours(found):
            raise ClusterError(
                f"the Secret {quoted(f'{self._namespace}/{SECRET}')} is somebody else's: delete it, label it "
                "`app.kubernetes.io/managed-by: interlock` to have it replaced, or give `--cert` and `--key`"
            )
        held = None if found is None else read(found)
        step = next_step(None if held is None else held.facts(bundles, names), now)
        new = after(step, held, names, now)
        if step is not Step.WAIT:
            await self._write(found, new)
        return step, new

    async def _write(self, found: Object | None, held: Certificates) -> None:
        if found is None:
            metadata = {"name": SECRET, "namespace": self._namespace}
            await self._cluster.create(_SECRETS.path(namespace=self._namespace), written(held, metadata))
        else:
            new = {**written(held, found["metadata"]), "type": found.get("type", "Opaque")}
            await self._cluster.replace(_SECRETS.path(SECRET, namespace=self._namespace), new)

    async def _found(self) -> Object | None:
        try:
            return await self._cluster.get(_SECRETS.path(SECRET, namespace=self._namespace))
        except NotFoundError:
            return None
