"""The objects in an object: itself, and those that it will create, each with the description of its kind."""

from dataclasses import dataclass, field
from typing import Any, Final

from interlock.intents.draft import few
from interlock.intents.embedded import Fault, opened
from interlock.intents.fields import as_mapping, mapping, text
from interlock.intents.kinds import KINDS
from interlock.intents.kinds.notation import Calls, Kind
from interlock.intents.number import Number
from interlock.intents.paths import quoted
from interlock.intents.patterns import Pattern, Place

_DEEPEST: Final = 3
_MOST_OBJECTS: Final = 100

_HOLDING_NONE: Final = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "gateway.networking.k8s.io",
        "internal.apiserver.k8s.io",
        "lifecycle.k8s.io",
        "metrics.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy.networking.k8s.io",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "snapshot.storage.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""Groups with a dot of Kubernetes itself whose objects hold no pods, models or devices."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One object of a `kind`: `body`, which stands at `path` and is called `name`."""

    kind: Kind
    body: dict[str, Any]
    path: str
    name: str
    maker: "tuple[Scope, Place] | None" = None
    """The object that makes this one, and the place in it that describes it."""
    times: dict[Calls, dict[str, Number]] = field(default_factory=dict, compare=False)
    """How often templates are called, once it was asked for."""

    def places(self, where: Pattern, beside: Place | None = None) -> list[Place]:
        """The places that `where` leads to, with the items that lead to `beside`."""
        return where.places(self.body, self.path, beside)


@dataclass(frozen=True, slots=True)
class Scopes:
    """All objects that one describes, and what of them couldn't be read."""

    scopes: list[Scope]
    faults: list[Fault]


def scopes_of(body: dict[str, Any], group: str, kind: str, name: str) -> Scopes:
    """`body`, an object of this kind and name, with its texts read, and the objects that it will create."""
    found = Scopes([], [])
    _add(found, Place(body, ""), (group, kind, name), None, 0)
    return found


def _add(
    found: Scopes, place: Place, called: tuple[str, str, str], maker: tuple[Scope, Place] | None, depth: int
) -> None:
    group, kind, name = called
    described = KINDS.get((group, kind))
    if described is None:
        if _may_hide_facts(group):
            found.faults.append((place.path or "spec", f"objects of group {quoted(group)} are not read yet"))
        return
    if depth > _DEEPEST:
        found.faults.append((place.path, "the objects nest too deep to be read"))
        return
    body, faults = opened(place.value, place.path, described.texts)
    scope = Scope(described, body, place.path, name, maker)
    found.scopes.append(scope)
    few(found.scopes, "objects", _MOST_OBJECTS)
    found.faults.extend(faults)
    for each in described.objects:
        for inner in scope.places(each):
            _add(found, inner, _called(inner), (scope, inner), depth + 1)


def _called(place: Place) -> tuple[str, str, str]:
    """The group, kind and name of the object at `place`."""
    body = as_mapping(place.value, place.path)
    metadata = mapping(body, "metadata", place.path)
    group, slash, _ = (text(body, "apiVersion", place.path) or "").rpartition("/")
    name = metadata.get("name")
    return group if slash else "", text(body, "kind", place.path) or "", name if isinstance(name, str) else ""


def _may_hide_facts(group: str) -> bool:
    """Whether objects of `group` may hold pods, models or devices: all but what Kubernetes itself defines."""
    return "." in group and group not in _HOLDING_NONE
