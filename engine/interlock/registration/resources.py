"""Under which names the API server knows the objects of a kind. Pure, but for the schemas that ship with us.

Rules of webhooks name resources, policies name kinds. Kubernetes' own
resources are known. Which resource a custom kind is nobody can tell from its name
(`Sandbox` is `sandboxes`), so there all resources of its group are asked for,
and a match condition picks the kind.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from interlock.intents.kinds import KINDS
from interlock.intents.kinds.notation import Kind as Described
from interlock.registration.reach import Operation, Operations, Reach
from interlock.schemas.kinds import kubernetes
from interlock.schemas.plurals import plural

_STORED: Final[Operations] = frozenset({Operation.CREATE, Operation.UPDATE, Operation.DELETE})

EVERY: Final = "*"

UNSENT_GROUPS: Final = (
    *("admissionregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io"),
    *("coordination.k8s.io", "events.k8s.io", "interlock.dev"),
)
"""API groups of which no request is ever sent: without them nobody can log in, lead, or mend this service.

The API server itself sends nothing of the first (k8s.io/apiserver, webhook/predicates/rules).
"""

UNSENT_CORE: Final = ("events",)
"""And resources of the core group."""

UNSENT_PARTS: Final = ("binding", "finalize", "status", "token")
"""And subresources: nobody wishes for a status, a binding only says where a pod runs that was admitted,
without a token no pod starts, and without finalizing no namespace ends."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One resource of one API group, with its subresource after a slash, and the operations on it."""

    group: str
    resource: str
    operations: Operations

    @property
    def is_open(self) -> bool:
        """Whether it holds objects of kinds that it doesn't name."""
        return self.resource.partition("/")[0] == EVERY


@dataclass(frozen=True, slots=True)
class _Part:
    """A subresource of objects: a `request` for it is this `operation` on the object.

    `asks` is whether it can ask for something, as a command can for a model.
    """

    operation: Operation
    resource: str
    request: Operation
    asks: bool = False

    def of(self, group: str, operations: Operations) -> Row:
        """Its row, where `operations` on the object are meant; an empty one where its own isn't."""
        meant = {self.request} if self.operation in operations else set()
        return Row(group, self.resource, frozenset(meant))


def _changed(resource: str) -> _Part:
    return _Part(Operation.UPDATE, resource, Operation.UPDATE, asks=True)


def _connected(resource: str) -> _Part:
    return _Part(Operation.CONNECT, resource, Operation.CONNECT)


_SCALED: Final = _changed("*/scale")

_PARTS: Final[Mapping[tuple[str, str], tuple[_Part, ...]]] = {
    ("", "Pod"): (
        _changed("pods/ephemeralcontainers"),
        _changed("pods/resize"),
        _Part(Operation.CONNECT, "pods/exec", Operation.CONNECT, asks=True),
        _Part(Operation.DELETE, "pods/eviction", Operation.CREATE),
        _connected("pods/attach"),
        _connected("pods/portforward"),
        _connected("pods/proxy"),
    ),
    ("", "ReplicationController"): (_changed("replicationcontrollers/scale"),),
    ("", "Service"): (_connected("services/proxy"),),
    ("", "Node"): (_connected("nodes/proxy"),),
    ("apps", "Deployment"): (_changed("deployments/scale"),),
    ("apps", "ReplicaSet"): (_changed("replicasets/scale"),),
    ("apps", "StatefulSet"): (_changed("statefulsets/scale"),),
}
"""The subresources of Kubernetes' own kinds that are asked for."""

_NOTHING: Final = Described()
_COMMAND: Final = ("", "PodExecOptions")
READ: Final = tuple(key for key, described in KINDS.items() if described != _NOTHING and key != _COMMAND)
"""The kinds whose objects can ask for something, by group and name; a command in a pod is part of the pod."""


def rows_of(reach: Reach) -> tuple[Row, ...]:
    """The resources that hold what `reach` is about, each once, in order."""
    found = [*_asking(reach.asking), *_anything(reach.anything)]
    for kind, operations in reach.named.items():
        found += _named(kind, operations)
    return joined(found)


def _asking(operations: Operations) -> Iterator[Row]:
    yield _SCALED.of(EVERY, operations)
    for group, kind in READ:
        yield _whole(group, plural(kind) if _is_builtin(group, kind) else EVERY, operations)
        yield from (part.of(group, operations) for part in _PARTS.get((group, kind), ()) if part.asks)


def _anything(operations: Operations) -> Iterator[Row]:
    yield _whole(EVERY, EVERY, operations)
    yield _SCALED.of(EVERY, operations)
    for (group, _), parts in _PARTS.items():
        yield from (part.of(group, operations) for part in parts)


def _named(kind: str, operations: Operations) -> Iterator[Row]:
    """The rows of `kind` in the groups that are known to have it, and where there are none, in every group."""
    groups = {*_builtin().get(kind, ()), *(group for group, name in KINDS if name == kind)}
    for group in groups or {EVERY}:
        if _is_builtin(group, kind):
            yield _whole(group, plural(kind), operations)
        else:
            yield _whole(group, EVERY, operations)
            yield _SCALED.of(group, operations)
        yield from (part.of(group, operations) for part in _PARTS.get((group, kind), ()))


def _whole(group: str, resource: str, operations: Operations) -> Row:
    """The row of whole objects, to which nobody connects."""
    return Row(group, resource, operations & _STORED)


def joined(rows: Iterable[Row]) -> tuple[Row, ...]:
    """`rows`, each once and in order, without those that others hold and those that are never sent."""
    found: dict[tuple[str, str], Operations] = {}
    for row in rows:
        if row.operations and not _is_unsent(row):
            key = row.group, row.resource
            found[key] = found.get(key, Operations()) | row.operations
    return tuple(
        Row(*key, operations)
        for key, operations in sorted(found.items())
        if not any(operations <= found.get(wider, Operations()) for wider in _wider(*key))
    )


def _wider(group: str, resource: str) -> set[tuple[str, str]]:
    """What else holds all of `resource` in `group`."""
    _, slash, part = resource.partition("/")
    whole = f"*{slash}{part}"
    return {(EVERY, resource), (group, whole), (EVERY, whole), (EVERY, "*/*")} - {(group, resource)}


def _is_unsent(row: Row) -> bool:
    resource, _, part = row.resource.partition("/")
    is_of_core = row.group == "" and resource in UNSENT_CORE
    return is_of_core or row.group in UNSENT_GROUPS or part in UNSENT_PARTS


def _is_builtin(group: str, kind: str) -> bool:
    return group in _builtin().get(kind, ())


@cache
def _builtin() -> Mapping[str, frozenset[str]]:
    """The groups that have each of Kubernetes' own kinds."""
    found: dict[str, set[str]] = {}
    for each in kubernetes().kinds:
        found.setdefault(each.name, set()).add(each.api_version.rpartition("/")[0])
    return {name: frozenset(groups) for name, groups in found.items()}
