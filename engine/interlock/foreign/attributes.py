"""What the API server knows of a request when it admits it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Object: TypeAlias = Mapping[str, Any]
"""An object of Kubernetes, as JSON."""

CREATE: Final = "CREATE"
UPDATE: Final = "UPDATE"
DELETE: Final = "DELETE"
CONNECT: Final = "CONNECT"
_NAMESPACE: Final = ("", "v1", "Namespace")
_NAMESPACES: Final = ("", "v1", "namespaces")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of objects."""

    group: str
    version: str
    kind: str


@dataclass(frozen=True, slots=True)
class Resource:
    """What a kind is called in paths."""

    group: str
    version: str
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """A request that is to be admitted; `user`, `options` and both objects are as its AdmissionReview has them.

    `object` and `old_object` are None where the operation has none. `asked_kind`
    and `asked_resource` are what the user asked for, where the API server
    converted it to `kind` and `resource` for whom it asks.
    """

    operation: str
    kind: Kind
    resource: Resource
    subresource: str = ""
    name: str = ""
    namespace: str = ""
    object: Object | None = None
    old_object: Object | None = None
    user: Mapping[str, Any] = field(default_factory=dict)
    options: Object | None = None
    dry_run: bool = False
    asked_kind: Kind | None = None
    asked_resource: Resource | None = None
    asked_subresource: str | None = None

    @property
    def is_of_namespace(self) -> bool:
        """Whether it is about a Namespace itself, which the API server takes to be in itself."""
        return (self.kind.group, self.kind.version, self.kind.kind) == _NAMESPACE

    @property
    def is_namespaced(self) -> bool:
        """Whether it is about what is in a namespace."""
        resource = (self.resource.group, self.resource.version, self.resource.resource)
        return bool(self.namespace) and resource != _NAMESPACES


def place_of(found: Object) -> tuple[str, str]:
    """The namespace and the name of an object; each is empty where it has none."""
    metadata = found.get("metadata")
    if not isinstance(metadata, Mapping):
        return "", ""
    namespace, name = metadata.get("namespace"), metadata.get("name")
    return namespace if isinstance(namespace, str) else "", name if isinstance(name, str) else ""


def labels_of(found: Object | None) -> Mapping[str, str] | None:
    """The labels of an object that are texts; None where it has no metadata to have any in."""
    metadata = None if found is None else found.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    labels = metadata.get("labels")
    if not isinstance(labels, Mapping):
        return {}
    return {key: value for key, value in labels.items() if isinstance(value, str)}
