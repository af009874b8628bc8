"""What kinds of objects are called in the paths of the API server, and where they keep their pods."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from interlock.cel.schemas.kinds import CustomKind
from interlock.exporting.unfit import UnfitError
from interlock.intents.kinds import KINDS
from interlock.intents.kinds.notation import HERE, Kind
from interlock.intents.patterns import Pattern
from interlock.schemas.kinds import kubernetes
from interlock.spelling import quoted

_NO_RESOURCES: Final = frozenset({"Binding", "DeleteOptions", "Eviction", "Scale", "Status", "TokenRequest"})
"""Kinds that are only sent to subresources, or in answers."""

_SUBRESOURCES: Final = {("", "Pod"): ("ephemeralcontainers", "resize")}
"""Ways to update an object of a kind that is sent whole."""

Keys = tuple[str, ...]
"""The keys from an object's root to a place in it."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind and the resource that its objects are."""

    group: str
    kind: str
    plural: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The resource, and its subresources that take whole objects of the kind."""
        subresources = _SUBRESOURCES.get((self.group, self.kind), ())
        return (self.plural, *(f"{self.plural}/{each}" for each in subresources))

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
        UnfitError: nobody knows what one of them is called.
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
            yield Resource(_group(each.api_version), kind, plural(kind))
    for own in custom:
        if own.name == kind:
            yield Resource(_group(own.api_version), kind, own.plural)


def plural(kind: str) -> str:
    """What a kind of Kubernetes is called in paths: `ingresses`, `networkpolicies`, `endpoints`, `pods`.

    Source: `UnsafeGuessKindToResource` of k8s.io/apimachinery, which all its own kinds keep to.
    """
    name = kind.lower()
    if name == "endpoints":
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def _template(described: Kind, kind: str) -> Template:
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
