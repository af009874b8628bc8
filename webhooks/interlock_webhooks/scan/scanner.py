"""Asks the policies in force about all objects that are in a cluster, and keeps reports of what they say.

Objects are decided as if they were created now, by somebody unknown; nothing is
held, changed or denied by that. Requests come first: a scan takes a fifth of
the time at most.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.consult import Consulted, consult
from interlock.errors import RequestError
from interlock.foreign.requests import KubernetesRequest, stated
from interlock.intents.extract import extract
from interlock.model.decision import Decision
from interlock.model.policy import Effect
from interlock.units import Instant
from interlock_webhooks.around import LiveCluster, known
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import (
    AlreadyExistsError,
    ClusterError,
    ConflictError,
    GoneError,
    NotFoundError,
)
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.deadline import MAX_DECISION
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.scan.findings import Finding, Result, findings
from interlock_webhooks.scan.report import CLUSTER_REPORTS, OURS, REPORTS, essence, path_of, report_of
from interlock_webhooks.text import one_line

_SHARE: Final = 4
"""How often as long as it took it rests after each object."""

_SHOWN: Final = 200


class Scanner:
    """Scans one cluster; Kubernetes' policies look around in it as it is `live`."""

    def __init__(
        self,
        cluster: Cluster,
        live: LiveCluster | None,
        metrics: Metrics,
        log: FilteringBoundLogger,
        clock: Callable[[], Instant],
    ) -> None:
        self._cluster = cluster
        self._live = live
        self._metrics = metrics
        self._log = log
        self._clock = clock

    async def scan(self, engine: Engine, resources: Iterable[Resource]) -> None:
        """Have a report of each object of `resources` that `engine` says anything of, and of no other.

        Raises:
            ClusterError: reports can't be read or written; NotFoundError where nobody keeps any.
        """
        stored = {path_of(each): each async for each in self._reports()}
        unlisted: list[Resource] = []
        for resource in resources:
            async for body in self._objects(resource, unlisted):
                await self._examine(engine, body, stored)
        # Where some objects could not be listed, nobody knows whose reports are left over.
        for path in () if unlisted else stored:
            with suppress(NotFoundError):  # it went with its object
                await self._cluster.delete(path)

    async def _objects(self, resource: Resource, unlisted: list[Resource]) -> AsyncIterator[Object]:
        """All objects of `resource`, which is one of the `unlisted` from then on if they can't all be had."""
        try:
            async with aclosing(self._cluster.pages(resource.path())) as pages:
                async for page in pages:
                    for body in page.items or ():
                        yield _named(body, page.kind, resource)
        except (GoneError, ClusterError) as error:
            unlisted.append(resource)
            self._log.warning("objects can't be scanned", resource=str(resource), error=str(error))

    async def _examine(self, engine: Engine, body: Object, stored: dict[str, Object]) -> None:
        started = time.perf_counter()
        found = await said_of(engine, body, self._clock(), self._live)
        taken = time.perf_counter() - started
        self._metrics.scanned(found[0].result if found else "none")
        if found:
            report = report_of(body, found, self._clock())
            await self._keep(report, stored.pop(path_of(report), None))
        await asyncio.sleep(taken * _SHARE)

    async def _keep(self, report: Object, stored: Object | None) -> None:
        """Have `report` in the cluster, where one was `stored` if any.

        What changed or went meanwhile is for the next scan.
        """
        path = path_of(report)
        with suppress(AlreadyExistsError, ConflictError, NotFoundError):
            if stored is None:
                await self._cluster.create(path.rpartition("/")[0], report)
            elif essence(stored) != essence(report):
                version = {"resourceVersion": stored["metadata"].get("resourceVersion", "")}
                await self._cluster.replace(path, {**report, "metadata": report["metadata"] | version})

    async def _reports(self) -> AsyncIterator[Object]:
        """Our reports that are in the cluster."""
        for resource in (REPORTS, CLUSTER_REPORTS):
            async with aclosing(self._cluster.pages(resource.path())) as pages:
                async for page in pages:
                    for body in page.items or ():
                        labels = body["metadata"].get("labels") or {}
                        if OURS.items() <= labels.items():
                            yield body


async def said_of(
    engine: Engine, body: Object, now: Instant, cluster: LiveCluster | None = None
) -> tuple[Finding, ...]:
    """What the policies of `engine` say of the object `body`, which is in `cluster`."""
    try:
        intent = extract(body, engine.context_at(now))
        attributes = stated(body) if engine.asks_kubernetes else None
    except RequestError as error:
        said = one_line(str(error), _SHOWN)
        return (Finding(result=Result.ERROR, policy="interlock", rule="unreadable", message=said),)
    until = time.monotonic_ns() + MAX_DECISION

    async def decided(asked: Sequence[KubernetesRequest | None]) -> Decision:
        return engine.decide(intent, now=now, until=until, request=asked[0])

    decision = await known(cluster, [attributes], until, decided)
    silent = filter(None, map(_silent, consult(engine.policies.compiled, intent, now)))
    return findings(record(decision), silent)


def _silent(asked: Consulted) -> Finding | None:
    """What a rule that says nothing in the decision means; a permit means nothing by itself."""
    rule = asked.rule.id
    if asked.error:
        result = Result.ERROR
    elif asked.applies is True and not asked.is_speaking and rule.effect is not Effect.PERMIT:
        result = Result.PASS
    else:
        return None
    return Finding(
        result=result,
        policy=rule.policy,
        rule=rule.rule,
        layer=rule.layer,
        category=rule.area,
        message=asked.error,
    )


def _named(body: Object, listed: str, resource: Resource) -> Object:
    """`body` with its kind, which items of typed lists leave out."""
    return {"apiVersion": resource.api_version, "kind": listed.removesuffix("List"), **body}
