"""Reviews: questions that are answered and not stored."""

from collections.abc import Mapping, Sequence
from typing import Any

from support.kubernetes.resources import Object
from support.kubernetes.store import Store
from support.kubernetes.users import API, Access, User, allowed

GROUPS = ("authorization.k8s.io", "authentication.k8s.io")


def answered(store: Store, users: Mapping[str, User], user: User, review: Object) -> Object:
    """`review` with its status; `user` asks, and a bearer token is whose `users` says."""
    spec = review.get("spec") or {}
    match review["kind"]:
        case "TokenReview":
            return review | {"status": _token_status(users.get(spec.get("token", "")), spec.get("audiences"))}
        case "SelfSubjectReview":
            return review | {"status": {"userInfo": user.said}}
        case "SelfSubjectAccessReview":
            return review | {"status": _access_status(store, user, spec)}
        case _:
            groups = tuple(spec.get("groups") or ())
            return review | {"status": _access_status(store, User(spec.get("user", ""), groups), spec)}


def _token_status(found: User | None, wanted: Sequence[str] | None) -> Object:
    """Whose token it is, if it is for one of the audiences that are `wanted`; unless stated, the server's."""
    audiences = [each for each in wanted or (API,) if found is not None and each in found.audiences]
    if found is None or not audiences:
        return {"authenticated": False, "error": "invalid bearer token"}
    return {"authenticated": True, "user": found.said} | ({"audiences": audiences} if wanted else {})


def _access_status(store: Store, user: User, spec: Object) -> Object:
    return {"allowed": allowed(store, user, _access(spec))}


def _access(spec: Mapping[str, Any]) -> Access:
    if path := spec.get("nonResourceAttributes"):
        return Access(verb=path["verb"], path=path["path"])
    wanted = spec["resourceAttributes"]
    return Access(
        verb=wanted.get("verb", ""),
        group=wanted.get("group", ""),
        resource=wanted.get("resource", ""),
        subresource=wanted.get("subresource", ""),
        namespace=wanted.get("namespace", ""),
        name=wanted.get("name", ""),
    )
