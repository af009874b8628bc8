"""Requests of AdmissionReviews about any object, as an API server has them."""

from typing import Any

_PLURALS = {"Sandbox": "sandboxes", "Endpoints": "endpoints", "NetworkPolicy": "networkpolicies"}


def request(  # noqa: PLR0913 - the parts of a request
    kind: str,
    operation: str = "CREATE",
    *,
    api_version: str = "v1",
    namespace: str = "shop",
    subresource: str = "",
    user: str = "jane",
    groups: tuple[str, ...] = ("system:authenticated",),
    body: dict[str, Any] | None = None,
    of: str = "",
) -> dict[str, Any]:
    """A request about an object of `kind` called `it`, as it is and was; `of` is the kind whose part it is."""
    group, _, version = api_version.rpartition("/")
    resource = _PLURALS.get(of or kind, f"{(of or kind).lower()}s")
    metadata = {"name": "it", **({"namespace": namespace} if namespace else {})}
    item = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **(body or {})}
    return {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": resource},
        "subResource": subresource,
        "name": "it",
        "namespace": namespace,
        "operation": operation,
        "userInfo": {"username": user, "groups": list(groups)},
        "object": None if operation == "DELETE" else item,
        "oldObject": item if operation in {"UPDATE", "DELETE"} else None,
    }
