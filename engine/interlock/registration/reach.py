"""Which admission requests something is about: operations on objects. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from interlock.model.intent import Action


class Operation(StrEnum):
    """What a request does, in the words and the order of admissionregistration.k8s.io."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CONNECT = "CONNECT"


Operations = frozenset[Operation]

OPERATIONS: Final[Mapping[Action, Operation]] = {
    Action.WORKLOAD_CREATE: Operation.CREATE,
    Action.WORKLOAD_UPDATE: Operation.UPDATE,
    Action.WORKLOAD_DELETE: Operation.DELETE,
    Action.WORKLOAD_CONNECT: Operation.CONNECT,
}
"""The actions that come as admission requests, and as which."""

ALL: Final[Operations] = frozenset(Operation)


def ordered(operations: Operations) -> list[str]:
    """`operations` as they are written in a rule."""
    return [each.value for each in Operation if each in operations]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Operations on objects of the kinds that are `named`, on those that ask for something, and on anything.

    A kind is known by its name alone, as policies name it.
    """

    named: Mapping[str, Operations] = field(default_factory=dict)
    asking: Operations = frozenset()
    anything: Operations = frozenset()

    def __or__(self, other: "Reach") -> "Reach":
        """What either is about."""
        names = {*self.named, *other.named}
        none = Operations()
        return Reach(
            named={each: self.named.get(each, none) | other.named.get(each, none) for each in names},
            asking=self.asking | other.asking,
            anything=self.anything | other.anything,
        )

    @property
    def operations(self) -> Operations:
        """All operations that occur."""
        return self.anything.union(self.asking, *self.named.values())
