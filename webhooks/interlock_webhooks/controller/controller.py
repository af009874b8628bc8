"""Policies from a cluster: what is there is put in force, and what became of it is told there."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from interlock.documents.source import Source
from interlock.errors import Problem
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError
from interlock_webhooks.controller.collection import Documents
from interlock_webhooks.controller.replicas import Replicas
from interlock_webhooks.controller.reporting import Reporter
from interlock_webhooks.leadership.election import Leadership
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import Attempt, LivePolicies
from interlock_webhooks.view.view import View

Duty = Callable[[], Coroutine[Any, Any, None]]
"""What only the leader does, until it leads no more."""

_SETTLE: Final = 0.2
"""Seconds from a change to loading: what is applied together is loaded together."""

_AGAIN: Final = 30.0
"""Seconds before loading is tried again while nothing is in force."""


class Controller:
    """The documents of one cluster, for the replica of the service that is called `replica`."""

    def __init__(
        self,
        cluster: Cluster,
        leadership: Leadership,
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        replicas: Replicas,
    ) -> None:
        self._log = log
        self._leadership = leadership
        self._replicas = replicas
        self._documents = Documents(cluster, metrics, log)
        self._changed = self._documents.heed()
        self.view = View(cluster, metrics, log, changed=self._changed.set)
        self._tried: Sequence[Source | Problem] | None = None
        self._reporter = Reporter(cluster, self._documents, metrics, log, replica=replicas.name)

    def missing(self) -> list[str]:
        """What is not known of the cluster yet, and why."""
        return self._documents.missing() + self.view.missing()

    def sources(self) -> Sequence[Source | Problem]:
        """All documents as they are now."""
        return self._documents.sources()

    def leave_out(self, problems: Sequence[Problem]) -> bool:
        """Whether `problems` are in policies of Kubernetes, which the API server enforces without us."""
        return self._documents.leave_out(problems)

    def tried(self, attempt: Attempt) -> None:
        """Report what became of the documents."""
        self._tried = attempt.further
        self._reporter.tried(attempt)

    async def run(self, policies: LivePolicies, *duties: Duty) -> None:
        """Keep `policies` as the documents are, and report, for as long as the service runs.

        While this replica leads, it does its `duties`, too.
        """
        async with asyncio.TaskGroup() as tasks:
            for work in (
                self._documents.follow(),
                self.view.follow(policies),
                self._renew(policies),
                self._reporter.report(),
                self._replicas.live_on(),
                self._leadership.compete(),
                *(self._leadership.while_leading(duty) for duty in (self._lead, *duties)),
            ):
                tasks.create_task(work)

    async def _renew(self, policies: LivePolicies) -> None:
        """Reload whenever documents change."""
        while True:
            # Not `wait_for`: before Python 3.12 it may take a cancellation for an event that comes with it.
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN if policies.missing() else None):
                    await self._changed.wait()
            await asyncio.sleep(_SETTLE)
            self._changed.clear()
            # Objects change in ways that no document does, such as in statuses that we write.
            if policies.missing() or self._documents.sources() != self._tried:
                await policies.reload()

    async def _lead(self) -> None:
        """Report for all replicas that live."""
        try:
            while True:
                try:
                    self._reporter.leads(await self._replicas.called())
                except ClusterError as error:
                    self._log.error("replicas can't be listed", error=str(error))
                except Exception as error:  # noqa: BLE001 - whatever a lease says must not end the service
                    self._log.error("replicas can't be listed", exc_info=error)
                await asyncio.sleep(self._replicas.pace.beats / 1000)
        finally:
            self._reporter.leads(None)
