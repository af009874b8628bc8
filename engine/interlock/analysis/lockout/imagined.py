"""A cluster of which only is known that namespaces are there. Pure."""

from dataclasses import dataclass
from typing import NoReturn

from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.cel.values import EvaluationError
from interlock.foreign.attributes import Object
from interlock.foreign.cluster import UnknownError
from interlock.foreign.policy import ParamKind


@dataclass(frozen=True, slots=True)
class Imagined:
    """What Kubernetes' policies look at beside a request."""

    def namespace(self, name: str) -> Object | None:
        """A namespace without labels of its own."""
        return {"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}}}

    def params(self, kind: ParamKind) -> NoReturn:  # noqa: ARG002
        """Nobody knows."""
        raise UnknownError("parameters are in the cluster")

    def authorize(self, asked: Asked) -> NoReturn:  # noqa: ARG002
        """Nobody knows."""
        raise EvaluationError("who may do what is known in the cluster")
