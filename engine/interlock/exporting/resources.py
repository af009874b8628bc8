"""What kinds of objects are called in the paths of the API server, and where they keep their pods."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from interlock.cel.schemas.kinds import CustomKind
from interlock.exporting.unfit import UnfitError
from interlock.foreign.attributes import Kind
from interlock.foreign.names import is_exempt, names_of
from interlock.intents.kinds import KINDS
from interlock.intents.kinds.notation import HERE
from interlock.intents.kinds.notation import Kind as Description
from interlock.intents.patterns import Pattern
from interlock.schemas.kinds import kubernetes
from interlock.spelling import quoted

_NO_RESOURCES: Final = frozenset({"Binding", "DeleteOptions", "Eviction", "Scale", "Status", "TokenRequest"})
"""Kinds that are only sent to subresources, or in answers."""

_SCALED: Final = frozenset(
    {("", "ReplicationController"), ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "StatefulSet")}
)
"""Kubernetes' own kinds whose objects are scaled; of a custom one that is described, any may be."""

Keys = tuple[str, ...]
"""The keys from an object's root to a place in it."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind and the resource that its objects are; where it `is_whole`, without its subresources."""

    group: str
    kind: str
    plural: str
    is_custom: bool = False
    is_whole: bool = False

    @property
    def is_scaled(self) -> bool:
        """Whether a Scale may be sent that is about objects of the kind."""
        key = self.group, self.kind
        return key in KINDS if self.is_custom else key in _SCALED

    @property
    def paths(self) -> tuple[str, ...]:
        """The resource, and its subresources by which objects of the kind are updated."""
        if self.is_whole:
            return (self.plural,)
        if (self.group, self.kind) == ("", "Pod"):
            return (self.plural, f"{self.plural}/ephemeralcontainers", f"{self.plural}/resize")
        return (self.plural, f"{self.plural}/scale") if self.is_scaled else (self.plural,)

    @property
    def template(self) -> "Template | None":
        """Where the one template of its pods is; None where the kind makes no pods.

        Raises:
            UnfitError: there are several, or they are not at one place.
        """
        described = KINDS.get((self.group, self.kind))
        if described is None or not (described.pods or described.objects):
            return None
        return _template(described, self.kind)


@dataclass(frozen=True, slots=True)
class Template:
    """Where the PodSpec is, and what holds the labels of the pods."""

    spec: Keys
    metadata: Keys


def resources(kinds: Iterable[str], custom: Iterable[CustomKind]) -> tuple[Resource, ...]:
    """The resources of `kinds`, of Kubernetes' own and of `custom` ones.

    Raises:
        UnfitError: nobody knows what one of them is called, or no policy is asked about it.
    """
    known = tuple(custom)
    found: list[Resource] = []
    for kind in sorted(kinds):
        of_kind = list(dict.fromkeys(_resources(kind, known)))
        if not of_kind:
            hint = "put its CustomResourceDefinition beside the policies"
            raise UnfitError(f"nobody knows the resource of kind {quoted(kind)}: {hint}")
        found += of_kind
    return tuple(found)


def _resources(kind: str, custom: Iterable[CustomKind]) -> Iterator[Resource]:
    if kind not in _NO_RESOURCES:
        for each in kubernetes().find(kind=kind):
            group, _, version = each.api_version.rpartition("/")
            found = Kind(group, version, kind)
            if is_exempt(found):
                raise UnfitError(f"is about {quoted(kind)}, of which the API server asks no policy")
            yield Resource(group, kind, names_of(found).plural)
    for own in custom:
        if own.name == kind:
            yield Resource(own.api_version.rpartition("/")[0], kind, own.plural, is_custom=True)


def _template(described: Description, kind: str) -> Template:
    if len(described.pods) == 1 and not described.objects and not described.texts:
        (at,) = described.pods
        is_plain = not (at.containers or at.everywhere or at.having or at.lacking)
        spec, metadata = _keys(at.at, at.spec), _keys(at.at, at.metadata)
        if is_plain and spec is not None and metadata is not None:
            return Template(spec, metadata)
    raise UnfitError(f"the pods of kind {quoted(kind)} are described in more places than one")


def _keys(at: Pattern, below: Pattern | None) -> Keys | None:
    steps = (*at.steps, *(HERE if below is None else below).steps)
    keys = tuple(step for step in steps if isinstance(step, str))
    return keys if len(keys) == len(steps) and below is not None else None
