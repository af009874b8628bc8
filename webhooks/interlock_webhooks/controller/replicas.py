"""The replicas of the service in one namespace: each renews a lease of its own while it lives.

As those of kube-apiserver do, so that entries of replicas that are gone can go.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from interlock import clock
from interlock.units import Milliseconds
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError, GoneError, NotFoundError
from interlock_webhooks.controller.roll import PACE, Pace, Roll
from interlock_webhooks.leadership.lease import LEASES, Lease, lease_of, written

_PREFIX: Final = "interlock-replica-"
_LABELS: Final = {"app.kubernetes.io/name": "interlock"}


class Replicas:
    """This one is called `name`; all are those whose leases are in `namespace`."""

    def __init__(
        self,
        cluster: Cluster,
        log: FilteringBoundLogger,
        *,
        name: str,
        namespace: str,
        pace: Pace = PACE,
    ) -> None:
        self.name = name
        self.pace = pace
        self._cluster = cluster
        self._log = log
        self._namespace = namespace
        self._roll = Roll(pace.lasts)

    async def live_on(self) -> None:
        """Renew this one's lease for as long as the service runs; then remove it."""
        try:
            while True:
                try:
                    await self._renew()
                except ClusterError as error:
                    self._log.error("the replica can't be made known", error=str(error))
                await asyncio.sleep(self.pace.beats / 1000)
        finally:
            with suppress(ClusterError):
                await self._cluster.delete(self._path(self.name))

    async def called(self) -> frozenset[str]:
        """Which replicas live now, this one among them; leases of others are removed.

        Raises:
            ClusterError: nobody knows.
        """
        now = Milliseconds(time.monotonic_ns() // 1_000_000)
        versions = await self._versions()
        self._roll.seen(versions, now)
        live = self._roll.live(now) | {self.name}
        for gone in versions.keys() - live:
            with suppress(NotFoundError):
                await self._cluster.delete(self._path(gone))
        return live

    async def _renew(self) -> None:
        body: dict[str, Any] = {
            "metadata": {"name": _PREFIX + self.name, "namespace": self._namespace, "labels": _LABELS}
        }
        wanted = written(Lease(version="", holder=self.name, lasts=self.pace.lasts), body, clock.now())
        try:
            await self._cluster.patch(self._path(self.name), {"spec": wanted["spec"]})
        except NotFoundError:
            await self._cluster.create(LEASES.path(namespace=self._namespace), wanted)

    async def _versions(self) -> dict[str, str]:
        """The versions of all replicas' leases, by name of replica."""
        found: dict[str, str] = {}
        try:
            async for page in self._cluster.pages(LEASES.path(namespace=self._namespace)):
                for body in page.items or ():
                    name = str((body.get("metadata") or {}).get("name"))
                    if name.startswith(_PREFIX):
                        found[name.removeprefix(_PREFIX)] = lease_of(body).version
        except GoneError as error:
            raise ClusterError(str(error)) from error
        return found

    def _path(self, name: str) -> str:
        return LEASES.path(_PREFIX + name, namespace=self._namespace)
