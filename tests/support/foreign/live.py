"""A cluster that a service in tests is connected to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock.cel.libraries.kubernetes.authorizer import Answer
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.foreign.attributes import Attributes, Object
from interlock.foreign.cluster import Cluster
from interlock.foreign.described import Described
from interlock.foreign.requests import review_of
from support.foreign.policies import CLUSTER


@dataclass(slots=True)
class Fixed:
    """A cluster that stays as it is, and answers by verb; `asked` is what it was asked, and of whom.

    `workload` is what there is to scale.
    """

    cluster: Cluster = CLUSTER
    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Asked]] = field(default_factory=list)
    workload: Object | None = None

    async def around(self, attributes: Attributes) -> Cluster:
        del attributes
        return self.cluster

    async def authorize(self, attributes: Attributes, asked: Asked) -> Answer:
        self.asked.append((attributes.user["username"], asked))
        return self.answers.get(asked.verb, Answer(is_allowed=False))

    async def scaled(self, attributes: Attributes) -> Object | None:
        del attributes
        return self.workload


@dataclass(frozen=True, slots=True)
class AsDescribed:
    """The cluster that is described, live."""

    described: Described

    async def around(self, attributes: Attributes) -> Cluster:
        return self.described.around(review_of(attributes))

    async def authorize(self, attributes: Attributes, asked: Asked) -> Answer:
        return self.described.around(review_of(attributes)).authorize(asked)

    async def scaled(self, attributes: Attributes) -> None:
        """What is described has no workloads."""
