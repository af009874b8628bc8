"""When a cluster is scanned: at the start, whenever other policies are in force, and every so often."""

import asyncio
import time
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock.identity import Digest
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.discovery import discovered
from interlock_webhooks.cluster.refusals import NotFoundError
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.scan.scanner import Scanner
from interlock_webhooks.scan.subjects import subjects

_LOOK_EVERY: Final = 2.0


class Schedule:
    """The scans of one cluster."""

    def __init__(
        self, scanner: Scanner, cluster: Cluster, policies: LivePolicies, log: FilteringBoundLogger
    ) -> None:
        self._scanner = scanner
        self._cluster = cluster
        self._policies = policies
        self._log = log

    async def keep(self, every: float, look_every: float = _LOOK_EVERY) -> None:
        """Scan `every` so many seconds, for as long as this is wanted; what fails is tried again then."""
        digest, due = None, time.monotonic()
        while True:
            if time.monotonic() >= due or self._in_force() != digest:
                digest = await self._scan()
                due = time.monotonic() + every
            await asyncio.sleep(look_every)

    async def _scan(self) -> Digest | None:
        """The digest of the policies that the cluster was scanned with, or was to be."""
        try:
            engine = self._policies.in_force.engine
        except OperatorError:
            return None
        started = time.monotonic()
        try:
            resources = subjects(engine.policies, await discovered(self._cluster))
            await self._scanner.scan(engine, resources)
        except NotFoundError:
            self._log.warning("the cluster keeps no reports: install OpenReports' CustomResourceDefinitions")
        except OperatorError as error:
            self._log.error("the cluster can't be scanned", error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever is in a cluster must not end the service
            self._log.error("the cluster can't be scanned", exc_info=error)
        else:
            self._log.info(
                "scanned",
                resources=len(resources),
                seconds=round(time.monotonic() - started),
                policySet=engine.policies.digest,
            )
        return engine.policies.digest

    def _in_force(self) -> Digest | None:
        try:
            return self._policies.in_force.engine.policies.digest
        except OperatorError:
            return None
