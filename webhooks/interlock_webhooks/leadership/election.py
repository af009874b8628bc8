"""Holds a Lease for as long as the service runs, or waits until it is free.

The official client has an election, too. It trusts the clock on the wall, bounds
no call in time, and leaves what leads running while a call to renew is stuck.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from interlock import clock
from interlock.units import Milliseconds
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import (
    AlreadyExistsError,
    ClusterError,
    ConflictError,
    NotFoundError,
)
from interlock_webhooks.leadership.candidate import TERMS, Candidate, Terms
from interlock_webhooks.leadership.lease import LEASES, Lease, lease_of, written
from interlock_webhooks.metrics import Metrics

LEASE: Final = "interlock-leader"

_LABELS: Final = {"app.kubernetes.io/name": "interlock"}


class Leadership:
    """Whether this service, which is the only one called `identity`, leads those that share a lease.

    The lease is `name` in `namespace`.
    """

    def __init__(  # noqa: PLR0913 - who competes, for what, and how
        self,
        cluster: Cluster,
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        identity: str,
        namespace: str,
        name: str = LEASE,
        terms: Terms = TERMS,
    ) -> None:
        self._cluster = cluster
        self._metrics = metrics
        self._log = log.bind(identity=identity)
        self._namespace = namespace
        self._name = name
        self._terms = terms
        self._candidate = Candidate(identity, terms)
        self._led = False
        self._changed = asyncio.Event()

    @property
    def is_leader(self) -> bool:
        """Whether this service may do now what only the leader does, if that ends soon."""
        return self._candidate.leads(_now())

    async def compete(self) -> None:
        """Hold the lease, or wait for it, for as long as the service runs; then leave it to others."""
        try:
            while True:
                await self._try()
                self._tell()
                await asyncio.sleep(self._terms.every / 1000)
        finally:
            await self._resign()

    async def while_leading(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do `work` whenever this service leads, from its start each time; cancelled when it leads no more.

        Ends when `work` ends by itself.
        """
        while True:
            while not self.is_leader:
                await self._changed.wait()
            doing = asyncio.create_task(work())
            try:
                while (left := self._candidate.until - _now()) > 0:
                    ended, _ = await asyncio.wait({doing}, timeout=left / 1000)
                    if ended:
                        return doing.result()
            finally:
                doing.cancel()
                with suppress(asyncio.CancelledError):
                    await doing

    async def _try(self) -> None:
        """Take or renew the lease if that may be done now."""
        began = _now()
        try:
            body = await self._stored()
            wanted = self._candidate.sees(None if body is None else lease_of(body), _now())
            if wanted is not None:
                await self._store(wanted, body)
                self._candidate.stored(began)
        except (AlreadyExistsError, ConflictError):
            # Another one was faster, which the next look shows.
            pass
        except ClusterError as error:
            self._log.error("the lease can't be held", lease=self._name, error=str(error))

    async def _stored(self) -> dict[str, Any] | None:
        try:
            return await self._cluster.get(LEASES.path(self._name, namespace=self._namespace))
        except NotFoundError:
            return None

    async def _store(self, wanted: Lease, body: dict[str, Any] | None) -> None:
        if body is None:
            metadata = {"name": self._name, "namespace": self._namespace, "labels": _LABELS}
            new = written(wanted, {"metadata": metadata}, clock.now())
            await self._cluster.create(LEASES.path(namespace=self._namespace), new)
        else:
            renewed = written(wanted, body, clock.now())
            await self._cluster.replace(LEASES.path(self._name, namespace=self._namespace), renewed)

    def _tell(self) -> None:
        """Tell whoever waits for it that this service leads, or leads no more."""
        leads = self.is_leader
        if leads is not self._led:
            self._led = leads
            self._metrics.leads(is_leader=leads)
            self._log.info("this service leads" if leads else "this service leads no more")
        self._changed.set()
        self._changed.clear()

    async def _resign(self) -> None:
        """Leave the lease to others, so that none has to wait for its end."""
        held = self.is_leader
        self._candidate.resigns()
        self._tell()
        if not held:
            return
        with suppress(ClusterError):
            body = await self._stored()
            if body is not None and lease_of(body).holder == self._candidate.identity:
                await self._store(replace(lease_of(body), holder="", lasts=Milliseconds(0)), body)


def _now() -> Milliseconds:
    """The time of a clock that never goes backwards, which is this machine's alone."""
    return Milliseconds(time.monotonic_ns() // 1_000_000)
