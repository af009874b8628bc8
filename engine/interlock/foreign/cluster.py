"""What policies see of a cluster beside the request. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interlock.foreign.attributes import Object
from interlock.foreign.policy import ParamKind


@dataclass(frozen=True, slots=True)
class Params:
    """The objects of a kind that may be parameters, by namespace and name."""

    is_namespaced: bool
    objects: Mapping[tuple[str, str], Object] = field(default_factory=dict)


class Cluster(Protocol):
    """What is there while a request is admitted."""

    def namespace(self, name: str) -> Object | None:
        """The Namespace of that name; None where there is none."""
        ...

    def params(self, kind: ParamKind) -> Params | None:
        """The parameters of `kind`; None where nobody knows such a kind."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cluster as it was at one moment, or as somebody says it is."""

    namespaces: Mapping[str, Object] = field(default_factory=dict)
    kinds: Mapping[ParamKind, Params] = field(default_factory=dict)

    def namespace(self, name: str) -> Object | None:  # noqa: D102 - the protocol says it
        return self.namespaces.get(name)

    def params(self, kind: ParamKind) -> Params | None:  # noqa: D102
        return self.kinds.get(kind)
