"""All documents in a cluster that policies are made of, as they are now."""

import asyncio
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from structlog.typing import FilteringBoundLogger

from interlock.documents.source import Source
from interlock.errors import Problem
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.following import Following
from interlock_webhooks.cluster.mirror import Mirror
from interlock_webhooks.cluster.refusals import NotFoundError
from interlock_webhooks.cluster.resource import Kind, Resource
from interlock_webhooks.controller.documents import name_of, source_of
from interlock_webhooks.controller.kinds import BINDINGS, OURS, POLICIES
from interlock_webhooks.metrics import Metrics

_DEFINITIONS = Resource(
    group="apiextensions.k8s.io", version="v1", plural="customresourcedefinitions", namespaced=False
)


class Documents:
    """Mirrors of all kinds; whoever heeds them is told whenever something in them may have changed."""

    def __init__(self, cluster: Cluster, metrics: Metrics, log: FilteringBoundLogger) -> None:
        self._heeded: list[asyncio.Event] = []
        self._known: dict[tuple[Kind, str], tuple[Object, Source | Problem]] = {}
        self._left_out: dict[str, Object] = {}
        self._cluster = cluster
        self._metrics = metrics
        self._log = log
        self._ours = {
            kind: Mirror(
                kind,
                metrics,
                log,
                changed=self._changed,
                is_served=partial(self._is_served, kind.resource),
            )
            for kind in OURS
        }
        self._theirs = {
            kind: Mirror(kind, metrics, log, changed=self._changed) for kind in (*POLICIES, *BINDINGS)
        }

    def heed(self) -> asyncio.Event:
        """An event that is set whenever something may have changed."""
        event = asyncio.Event()
        self._heeded.append(event)
        return event

    async def follow(self) -> None:
        """Follow them for as long as the service runs."""
        async with asyncio.TaskGroup() as tasks:
            for mirror in self._mirrors():
                path = mirror.kind.resource.path()
                tasks.create_task(Following(self._cluster, path, mirror).follow())

    def missing(self) -> list[str]:
        """Which kinds are not known yet, and why, one a line."""
        return [f"{each.kind.resource}: {each.missing}" for each in self._mirrors() if each.missing]

    def sources(self) -> list[Source | Problem]:
        """All documents but those that are left out.

        A binding of a policy that is not among them says nothing, as in the API server.
        """
        theirs = self._of_kubernetes((*POLICIES, *BINDINGS))
        self._left_out = {name_of(*each[:2]): each[2] for each in theirs if self._is_left_out(*each)}
        self._metrics.left_out(len(self._left_out))
        policies = [each for each in self._of_kubernetes(POLICIES) if not self._is_left_out(*each)]
        names = {(kind.name, name) for kind, name, _ in policies}
        bindings = [
            each
            for each in self._of_kubernetes(BINDINGS)
            if _policy_of(each[2]) in names and not self._is_left_out(*each)
        ]
        present = [*self.ours(), *policies, *bindings]
        self._known = {each[:2]: (each[2], self.source(*each)) for each in present}
        return [source for _, source in self._known.values()]

    def source(self, kind: Kind, name: str, body: Object) -> Source | Problem:
        """The document that the object `body` is, which is not written anew for the same object."""
        known, source = self._known.get((kind, name), (None, None))
        return source if source is not None and known is body else source_of(kind, name, body)

    def leave_out(self, problems: Iterable[Problem]) -> bool:
        """Whether `problems` are in documents of Kubernetes, which are left out until they change.

        The API server enforces them all the same. Without this, whoever may write
        one that only we can't read could keep out all else.
        """
        faults = {each.span.file: each for each in problems}
        found = {
            document: body
            for kind, name, body in self._of_kubernetes((*POLICIES, *BINDINGS))
            if (document := name_of(kind, name)) in faults and not self._is_left_out(kind, name, body)
        }
        for document in found:
            self._log.error(
                "a policy of Kubernetes is left out: it does not load",
                document=document,
                problem=str(faults[document]),
            )
        self._left_out |= found
        return bool(found)

    def ours(self) -> Iterator[tuple[Kind, str, Object]]:
        """Objects whose statuses the service writes: kind, name and object."""
        for kind, mirror in self._ours.items():
            yield from ((kind, name, body) for (_, name), body in mirror.objects.items())

    def _changed(self) -> None:
        for event in self._heeded:
            event.set()

    def _mirrors(self) -> Iterator[Mirror]:
        return chain(self._ours.values(), self._theirs.values())

    def _of_kubernetes(self, kinds: Iterable[Kind]) -> Iterator[tuple[Kind, str, Object]]:
        """Kubernetes' own objects of `kinds`: kind, name and object."""
        for kind in kinds:
            yield from ((kind, name, body) for (_, name), body in self._theirs[kind].objects.items())

    def _is_left_out(self, kind: Kind, name: str, body: Object) -> bool:
        return self._left_out.get(name_of(kind, name)) is body

    async def _is_served(self, resource: Resource) -> bool:
        """Whether the definition of `resource` is there, and nobody is about to remove it."""
        name = f"{resource.plural}.{resource.group}"
        try:
            definition = await self._cluster.get(_DEFINITIONS.path(name))
        except NotFoundError:
            return False
        return "deletionTimestamp" not in (definition.get("metadata") or {})


def _policy_of(binding: Object) -> tuple[str, object]:
    """The kind and the name of the policy that `binding` puts in force."""
    spec = binding.get("spec")
    kind = str(binding.get("kind")).removesuffix("Binding")
    return kind, spec.get("policyName") if isinstance(spec, dict) else None
