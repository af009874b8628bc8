"""Requests for objects, made of what their users have written down."""

from typing import Any

from interlock.cel.libraries.kubernetes.authorizer import Answer
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.foreign.attributes import Attributes, Kind, Object, Resource


def kind_of(found: Object) -> Kind:
    group, _, version = str(found["apiVersion"]).rpartition("/")
    return Kind(group, version, found["kind"])


def resource_of(kind: Kind) -> Resource:
    """What `kind` is called in paths, by the rule that the API server's own kinds keep."""
    name = kind.kind.lower()
    if name.endswith("y"):
        name = f"{name[:-1]}ies"
    elif not name.endswith("s"):
        name += "s"
    return Resource(kind.group, kind.version, name)


def request_for(
    found: Object | None, old: Object | None = None, *, operation: str = "CREATE", **more: Any
) -> Attributes:
    """A request that makes `found`, or of another operation."""
    either = found or old or {"apiVersion": "v1", "kind": "Pod"}
    kind = kind_of(either)
    metadata: dict[str, Any] = either.get("metadata", {})
    given: dict[str, Any] = {
        "name": metadata.get("name", ""),
        "namespace": metadata.get("namespace", ""),
        "resource": resource_of(kind),
        **more,
    }
    return Attributes(operation=operation, kind=kind, object=found, old_object=old, **given)


def allow(_: Asked) -> Answer:
    """Everybody may do everything."""
    return Answer(is_allowed=True)
