"""Who asks, and whether RBAC lets them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from support.kubernetes.resources import Object, built_in
from support.kubernetes.store import Store

_RBAC: Final = "rbac.authorization.k8s.io/v1"
_ROLES: Final = {kind: built_in(_RBAC, kind) for kind in ("Role", "ClusterRole")}
_BINDINGS: Final = built_in(_RBAC, "RoleBinding")
_CLUSTER_BINDINGS: Final = built_in(_RBAC, "ClusterRoleBinding")


API: Final = "https://kubernetes.default.svc"
"""The audience of tokens that are for the API server."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody, as authentication found them. Their token is for `audiences`."""

    name: str
    groups: tuple[str, ...] = ("system:authenticated",)
    extra: Mapping[str, list[str]] = field(default_factory=dict)
    audiences: tuple[str, ...] = (API,)

    @property
    def said(self) -> Object:
        """The UserInfo of it."""
        return {"username": self.name, "groups": list(self.groups)} | (
            {"extra": dict(self.extra)} if self.extra else {}
        )


ADMIN: Final = User("admin", ("system:masters", "system:authenticated"))
ANONYMOUS: Final = User("system:anonymous", ("system:unauthenticated",))


def service_account(namespace: str, name: str) -> User:
    """The user that a service account is."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return User(f"system:serviceaccount:{namespace}:{name}", groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What somebody wants to do: to a resource, or to a `path` that is none."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


def allowed(store: Store, user: User, access: Access) -> bool:
    """Whether a role that is bound to `user` has a rule for `access`."""
    return "system:masters" in user.groups or any(_covers(rule, access) for rule in _rules(store, user, access))


def _rules(store: Store, user: User, access: Access) -> Iterable[Object]:
    bindings = store.all(_CLUSTER_BINDINGS)
    if access.namespace:
        bindings += store.all(_BINDINGS, access.namespace)
    for binding in bindings:
        if any(_is(user, subject) for subject in binding.get("subjects") or ()):
            role = binding["roleRef"]
            shelf = store.all(_ROLES[role["kind"]], access.namespace if role["kind"] == "Role" else "")
            for each in shelf:
                if each["metadata"]["name"] == role["name"]:
                    yield from each.get("rules") or ()


def _is(user: User, subject: Mapping[str, Any]) -> bool:
    match subject["kind"]:
        case "User":
            return bool(subject["name"] == user.name)
        case "Group":
            return subject["name"] in user.groups
        case _:
            return user.name == f"system:serviceaccount:{subject['namespace']}:{subject['name']}"


def _covers(rule: Object, access: Access) -> bool:
    if not _among(rule.get("verbs"), access.verb):
        return False
    if access.path:
        return any(
            access.path == url or (url.endswith("*") and access.path.startswith(url[:-1]))
            for url in rule.get("nonResourceURLs") or ()
        )
    names = rule.get("resourceNames")
    whole = f"{access.resource}/{access.subresource}" if access.subresource else access.resource
    return (
        _among(rule.get("apiGroups"), access.group)
        and (_among(rule.get("resources"), whole) or f"*/{access.subresource}" in rule.get("resources", ()))
        and (not names or access.name in names)
    )


def _among(listed: Iterable[str] | None, value: str) -> bool:
    return any(each in {"*", value} for each in listed or ())
