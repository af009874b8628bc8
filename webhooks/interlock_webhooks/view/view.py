"""The cluster that requests come from, as it is now."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from interlock.cel.libraries.kubernetes.authorizer import Answer
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.foreign.attributes import Attributes, Object
from interlock.foreign.cluster import Params, UnknownError
from interlock.foreign.compiled import Compiled
from interlock.foreign.matching import ConfigurationError, matches
from interlock.foreign.policy import ParamKind, ParamRef
from interlock_webhooks.cluster.access import access
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.following import Following
from interlock_webhooks.cluster.mirror import Mirror, Place
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.cluster.resource import Kind, Resource
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.view.parameters import WAITS, Parameters
from interlock_webhooks.view.question import answer, question

NAMESPACES: Final = Kind(
    name="Namespace", resource=Resource(group="", version="v1", plural="namespaces", namespaced=False)
)

_LATE: Final = "the API server did not answer in time"
_LOOKS_EVERY: Final = 1.0
"""Seconds between looks at which kinds of parameters policies name, as in the API server."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was there when it was looked at, and why something of it is not known."""

    namespaces: Mapping[Place, Object]
    missing: str
    kinds: Mapping[ParamKind, Params | UnknownError | None]

    def namespace(self, name: str) -> Object | None:
        found = self.namespaces.get(("", name))
        if found is None and self.missing:
            raise UnknownError(f'namespace "{name}": {self.missing}')
        return found

    def params(self, kind: ParamKind) -> Params | None:
        found = self.kinds.get(kind, UnknownError(f"parameters {_written(kind)}: nobody has looked for them"))
        if isinstance(found, UnknownError):
            raise found
        return found


class View:
    """What there is in `cluster`; nothing is known of it before `follow` runs.

    `changed` is called after each change of a namespace.
    """

    def __init__(
        self,
        cluster: Cluster,
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._cluster = cluster
        self._metrics = metrics
        self._log = log
        self._namespaces = Mirror(NAMESPACES, metrics, log, changed=changed)
        self._parameters: dict[ParamKind, Parameters] = {}
        self._following: dict[ParamKind, asyncio.Task[None]] = {}
        self._policies: LivePolicies | None = None

    def missing(self) -> list[str]:
        """What keeps it from being known."""
        return [f"namespaces: {self._namespaces.missing}"] if self._namespaces.missing else []

    async def follow(self, policies: LivePolicies) -> None:
        """Follow namespaces, and the parameters of `policies` in force, for as long as the service runs."""
        self._policies = policies
        namespaces = Following(self._cluster, NAMESPACES.resource.path(), self._namespaces)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(namespaces.follow())
                while True:
                    self._attune()
                    await asyncio.sleep(_LOOKS_EVERY)
        finally:
            for task in self._following.values():
                task.cancel()

    async def around(self, attributes: Attributes) -> _Seen:
        """What there is for policies to look at, in a request of `attributes`.

        What watching has not seen yet is asked for, but no longer than the API server waits for it.
        """
        self._attune()
        until = asyncio.get_running_loop().time() + WAITS
        namespaces, missing = await self._around_namespace(attributes, until)
        seen = _Seen(namespaces, missing, {})
        kinds: dict[ParamKind, Params | UnknownError | None] = {
            kind: _params(each, {}) for kind, each in self._parameters.items()
        }
        for kind, references in self._concerned(attributes, seen).items():
            if kind in self._parameters:
                kinds[kind] = await self._found(self._parameters[kind], references, attributes, until)
        return _Seen(namespaces, missing, kinds)

    async def authorize(self, attributes: Attributes, asked: Asked) -> Answer:
        """What the API server's authorizer answers; where it can't be asked, nothing is allowed."""
        try:
            return answer(await access(self._cluster, question(attributes.user, asked)))
        except ClusterError as error:
            return Answer(is_allowed=False, error=f"the authorizer can't be asked: {error}")

    async def scaled(self, attributes: Attributes) -> Object | None:
        """The object that is scaled; its request names it, as the API server does that of every part."""
        of = attributes.resource
        resource = Resource(
            group=of.group, version=of.version, plural=of.resource, namespaced=bool(attributes.namespace)
        )
        try:
            return await self._cluster.get(resource.path(attributes.name, namespace=attributes.namespace))
        except ClusterError as error:
            self._log.warning("what is scaled can't be looked up", resource=str(resource), error=str(error))
            return None

    def _attune(self) -> None:
        """Follow the kinds of parameters that policies in force name, and no others."""
        wanted = {kind for each in self._in_force() if (kind := each.policy.param_kind) is not None}
        for kind in self._parameters.keys() - wanted:
            del self._parameters[kind]
            self._following.pop(kind).cancel()
        for kind in wanted - self._parameters.keys():
            found = Parameters(kind, self._cluster, self._metrics, self._log)
            self._parameters[kind] = found
            self._following[kind] = asyncio.create_task(found.follow())

    def _in_force(self) -> Iterator[Compiled]:
        if self._policies is not None and not self._policies.missing():
            kubernetes = self._policies.in_force.engine.policies.kubernetes
            yield from chain(kubernetes.validating, kubernetes.mutating)

    async def _around_namespace(
        self, attributes: Attributes, until: float
    ) -> tuple[Mapping[Place, Object], str]:
        """All namespaces, that of the request among them where it is there; and why others may be missing."""
        mirror, name = self._namespaces, attributes.namespace
        if not name or attributes.is_of_namespace or ("", name) in mirror.objects:
            return mirror.objects, mirror.missing
        try:
            async with asyncio.timeout_at(until):
                found = await self._cluster.get(NAMESPACES.resource.path(name))
        except NotFoundError:
            return mirror.objects, ""
        except (ClusterError, TimeoutError) as error:
            return mirror.objects, str(error) or _LATE
        return {**mirror.objects, ("", name): found}, mirror.missing

    def _concerned(self, attributes: Attributes, seen: _Seen) -> dict[ParamKind, list[ParamRef]]:
        """The parameters that policies for the request refer to."""
        found: dict[ParamKind, list[ParamRef]] = {}
        for each in self._in_force():
            kind = each.policy.param_kind
            references = [binding.param_ref for binding in each.bindings if binding.param_ref is not None]
            if kind is not None and references and _is_for(each, attributes, seen):
                found.setdefault(kind, []).extend(references)
        return found

    async def _found(
        self, parameters: Parameters, references: Sequence[ParamRef], attributes: Attributes, until: float
    ) -> Params | UnknownError | None:
        """All parameters of a kind, with those that `references` name and that watching has not seen yet."""
        further: dict[Place, dict[str, Any]] = {}
        try:
            async with asyncio.timeout_at(until):
                await parameters.known()
                for reference in references:
                    within = (reference.namespace or attributes.namespace) if parameters.is_namespaced else ""
                    place = (within, reference.name)
                    is_one = bool(reference.name) and bool(within) is parameters.is_namespaced
                    found = await parameters.missed(place) if is_one else None
                    if found is not None:
                        further[place] = found
        except ClusterError as error:
            return UnknownError(str(error))
        except TimeoutError:
            return _params(parameters, {}) if parameters.is_missing else UnknownError(_LATE)
        return _params(parameters, further)


def _is_for(compiled: Compiled, attributes: Attributes, seen: _Seen) -> bool:
    try:
        return matches(compiled.policy.constraints, attributes, seen)
    except ConfigurationError:
        return False


def _params(parameters: Parameters, further: dict[Place, dict[str, Any]]) -> Params | UnknownError | None:
    try:
        return parameters.params(further)
    except UnknownError as error:
        return error


def _written(kind: ParamKind) -> str:
    return f"`{kind.api_version}, Kind={kind.kind}`"
