"""Writes what became of documents into their statuses, and nothing that is written already."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock import clock
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.cluster.resource import Kind
from interlock_webhooks.controller.acceptance import Acceptances, Tried, by_name
from interlock_webhooks.controller.collection import Documents
from interlock_webhooks.controller.documents import name_of
from interlock_webhooks.controller.status import Report, patch
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import Attempt

_SETTLE: Final = 0.1
"""Seconds from news to writing: what happens together is written together."""

_AGAIN: Final = 30.0
"""Seconds before what could not be written is tried again."""

_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """A patch of the status of one object, made from this version of it."""

    kind: Kind
    name: str
    version: str
    patch: Object


class Reporter:
    """Reports for the replica of this name, and for all `live` ones while that is not None: while it leads."""

    def __init__(
        self,
        cluster: Cluster,
        documents: Documents,
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        replica: str,
    ) -> None:
        self._cluster = cluster
        self._documents = documents
        self._metrics = metrics
        self._log = log
        self._replica = replica
        self._live: Collection[str] | None = None
        self._acceptances: Acceptances | None = None
        self._in_force: dict[str, Tried] = {}
        self._written: dict[tuple[Kind, str], str] = {}
        self._news = documents.heed()

    def tried(self, attempt: Attempt) -> None:
        """Know what became of the documents."""
        if not attempt.problems:
            self._in_force = by_name(attempt.further)
        self._acceptances = Acceptances(attempt, self._in_force)
        self._news.set()

    def leads(self, live: Collection[str] | None) -> None:
        """Know which replicas live, if this one leads."""
        if live != self._live:
            self._live = live
            self._news.set()

    async def report(self) -> None:
        """Report for as long as the service runs."""
        is_told = True
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(None if is_told else _AGAIN):
                    await self._news.wait()
            await asyncio.sleep(_SETTLE)
            self._news.clear()
            try:
                is_told = await self._report_once()
            except Exception as error:  # noqa: BLE001 - whatever stands in a status must not end the service
                is_told = False
                self._log.error("statuses can't be written", exc_info=error)

    async def _report_once(self) -> bool:
        """Whether all was written that is news."""
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def write(each: _Write) -> bool:
            async with at_once:
                return await self._write(each)

        present = {(kind, name) for kind, name, _ in self._documents.ours()}
        self._written = {key: version for key, version in self._written.items() if key in present}
        return all(await asyncio.gather(*map(write, list(self._writes()))))

    def _writes(self) -> Iterator[_Write]:
        """What is news of the documents that were tried as they are now."""
        acceptances = self._acceptances
        if acceptances is None:
            return
        for kind, name, body in self._documents.ours():
            document = name_of(kind, name)
            version = str(body["metadata"].get("resourceVersion"))
            # Until a watch tells of what was written, the object shows what was before.
            is_stale = self._written.get((kind, name)) == version
            if is_stale or acceptances.tried.get(document) != self._documents.source(kind, name, body):
                continue
            report = Report(
                acceptance=acceptances.of(document),
                digest=acceptances.digest,
                generation=body["metadata"].get("generation", 0),
                now=clock.now(),
            )
            found = patch(self._replica, body, report, self._live)
            if found is not None:
                yield _Write(kind=kind, name=name, version=version, patch=found)

    async def _write(self, each: _Write) -> bool:
        """Whether there is nothing left to write."""
        try:
            await self._cluster.patch(each.kind.resource.path(each.name, subresource="status"), each.patch)
        except NotFoundError:
            return True
        except ClusterError as error:
            self._metrics.status_written("failed")
            document = name_of(each.kind, each.name)
            self._log.error("a status can't be written", document=document, error=str(error))
            return False
        self._metrics.status_written("written")
        self._written[each.kind, each.name] = each.version
        return True
