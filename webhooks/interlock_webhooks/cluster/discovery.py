"""Which resources an API server has.

After the discovery documents of k8s.io/apimachinery (`APIGroupList`,
`APIResourceList`), which every server answers with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.cluster.resource import Kind, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A resource that the server has, the kind of its objects, and what can be done with them."""

    resource: Resource
    kind: str
    verbs: frozenset[str]


class _Entry(Struct, rename="camel"):
    name: str
    kind: str
    namespaced: bool = False
    verbs: list[str] = []


class _Version(Struct, rename="camel"):
    version: str


class _Group(Struct, rename="camel"):
    name: str
    preferred_version: _Version


async def discovered(cluster: Cluster) -> tuple[Served, ...]:
    """All resources in the version that the server prefers, by group and name.

    What an extension's server should tell is left out while that is down.

    Raises:
        ClusterError: the server can't be asked, or does not answer as it should.
    """
    groups = _read(await cluster.get("/apis"), "groups", list[_Group])
    found = list(_served("", "v1", await cluster.get("/api/v1")))
    for group in groups:
        version = group.preferred_version.version
        try:
            found += _served(group.name, version, await cluster.get(f"/apis/{group.name}/{version}"))
        except ClusterError:
            continue
    return tuple(sorted(found, key=lambda each: (each.resource.group, each.resource.plural)))


def _served(group: str, version: str, document: dict[str, Any]) -> Iterator[Served]:
    for entry in _read(document, "resources", list[_Entry]):
        if "/" not in entry.name:  # no subresource
            resource = Resource(group=group, version=version, plural=entry.name, namespaced=entry.namespaced)
            yield Served(resource=resource, kind=entry.kind, verbs=frozenset(entry.verbs))


def _read(document: dict[str, Any], field: str, shape: Any) -> Any:  # noqa: ANN401 - msgspec knows it
    try:
        return msgspec.convert(document.get(field) or [], shape)
    except msgspec.ValidationError as error:
        raise ClusterError(f"the API server answers discovery with no list of {field}: {error}") from None


async def kind_of(cluster: Cluster, api_version: str, name: str) -> Kind | None:
    """The kind `name` of the group and version that `api_version` writes; None where the server has none.

    Raises:
        ClusterError: the server can't be asked, or does not answer as it should.
    """
    group, _, version = api_version.rpartition("/")
    path = (
        f"/apis/{quote(group, safe='')}/{quote(version, safe='')}"
        if group
        else f"/api/{quote(version, safe='')}"
    )
    try:
        document = await cluster.get(path)
    except NotFoundError:
        return None
    for each in _served(group, version, document):
        if each.kind == name:
            return Kind(name=name, resource=each.resource)
    return None
