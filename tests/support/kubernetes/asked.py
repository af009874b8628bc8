"""What one HTTP request asks for: verb, resource, namespace, name and subresource, as paths say it."""

from collections.abc import Mapping
from dataclasses import dataclass

from support.kubernetes.failures import bad_request, no_such_path
from support.kubernetes.resources import Resource
from support.kubernetes.users import User

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for a resource. `name` is empty where a collection is asked for."""

    verb: str
    resource: Resource
    namespace: str
    name: str
    subresource: str
    user: User
    query: Mapping[str, str]

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to be stored."""
        return "dryRun" in self.query


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A path taken apart: `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME/SUBRESOURCE`."""

    group: str
    version: str
    namespace: str
    plural: str
    name: str
    subresource: str


def place(path: str) -> Place:
    """What `path` names; 404 if it can be no resource."""
    match path.strip("/").split("/"):
        case ["api", version, *rest] if rest:
            return _within("", version, rest)
        case ["apis", group, version, *rest] if rest:
            return _within(group, version, rest)
    raise no_such_path()


def _within(group: str, version: str, rest: list[str]) -> Place:
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in {"status", "finalize"}:
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3:
        raise no_such_path()
    plural, name, subresource = [*rest, "", ""][:3]
    return Place(
        group=group, version=version, namespace=namespace, plural=plural, name=name, subresource=subresource
    )


def verb_of(method: str, found: Place, query: Mapping[str, str]) -> str:
    """The verb that is authorized."""
    if method == "GET":
        if query.get("watch") in {"true", "1"}:
            return "watch"
        return "get" if found.name else "list"
    if method == "DELETE":
        return "delete" if found.name else "deletecollection"
    if method not in _VERBS:
        raise bad_request(f"{method} is not supported")
    return _VERBS[method]
