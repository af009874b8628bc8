"""What policies see of a cluster beside the request. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes
from interlock.foreign.attributes import Object, labels_of
from interlock.foreign.policy import ParamKind
from interlock.foreign.selectors import Selector


class UnknownError(Exception):
    """Nobody knows what is there: no cluster is connected, and nobody has described one."""


@dataclass(frozen=True, slots=True)
class Params:
    """The objects of a kind that may be parameters, by namespace and name; what is in none has no namespace."""

    is_namespaced: bool
    objects: Mapping[tuple[str, str], Object] = field(default_factory=dict)

    def named(self, namespace: str, name: str) -> Object | None:
        """The one of that name; None where there is none."""
        return self.objects.get((namespace, name))

    def selected(self, namespace: str, selector: Selector) -> list[Object]:
        """Those in `namespace` that are selected, by name."""
        return [
            each
            for (place, _), each in sorted(self.objects.items(), key=lambda item: item[0])
            if place == namespace and selector.selects(labels_of(each) or {})
        ]


class Cluster(Protocol):
    """What is there while a request is admitted."""

    def namespace(self, name: str) -> Object | None:
        """The Namespace of that name; None where there is none.

        Raises:
            UnknownError: nobody knows.
        """
        ...

    def params(self, kind: ParamKind) -> Params | None:
        """The parameters of `kind`; None where the cluster knows no such kind.

        Raises:
            UnknownError: nobody knows.
        """
        ...


class Around(Cluster, Protocol):
    """A cluster, and what the user of the request may do there."""

    def authorize(self, asked: Attributes) -> Answer:
        """What the authorizer answers.

        Raises:
            EvaluationError: nobody knows: the expression that asks fails.
            UnansweredError: it has to be asked first.
        """
        ...


class UnansweredError(Exception):
    """The authorizer has to be asked for an answer, and then everything is to be decided again."""

    def __init__(self, asked: Attributes) -> None:
        super().__init__("the authorizer was not asked")
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cluster as it was at one moment, or as somebody says it is."""

    namespaces: Mapping[str, Object] = field(default_factory=dict)
    kinds: Mapping[ParamKind, Params] = field(default_factory=dict)

    def namespace(self, name: str) -> Object | None:  # noqa: D102 - the protocol says it
        return self.namespaces.get(name)

    def params(self, kind: ParamKind) -> Params | None:  # noqa: D102
        return self.kinds.get(kind)
