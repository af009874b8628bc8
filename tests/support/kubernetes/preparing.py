"""What the API server itself makes of an object before it stores it: metadata, defaults, checks."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import re2

from support.kubernetes import definitions
from support.kubernetes.asked import Asked
from support.kubernetes.defaults import filled
from support.kubernetes.failures import bad_request, conflict, invalid
from support.kubernetes.resources import DEFINITIONS, Object, Resource
from support.kubernetes.schema import defaulted, faults, pruned
from support.kubernetes.webhooks import registration
from support.kubernetes.webhooks.registration import is_configuration

_NAME: Final = re2.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_FREE_NAMES: Final = {"rbac.authorization.k8s.io"}
_KEPT: Final = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "selfLink")
_UNSPECIFIED: Final = {"metadata", "status"}


def fit(asked: Asked, body: Object) -> Object:
    """`body` with the name and namespace of the request; 400 where they differ."""
    resource = asked.resource
    if (body.get("apiVersion"), body.get("kind")) != (resource.api_version, resource.kind):
        found = f"{body.get('apiVersion')}, Kind={body.get('kind')}"
        raise bad_request(f"{found} in the data does not match {resource.api_version}, Kind={resource.kind}")
    metadata = dict(body.get("metadata") or {})
    if asked.name and metadata.setdefault("name", asked.name) != asked.name:
        raise bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL ({asked.name})"
        )
    if resource.namespaced:
        if metadata.setdefault("namespace", asked.namespace) != asked.namespace:
            raise bad_request(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
    elif metadata.pop("namespace", None):
        raise bad_request("namespace is not allowed on this type")
    # What is empty is left out, as typed metadata is stored.
    return {**body, "metadata": {key: each for key, each in metadata.items() if each not in ({}, [])}}


def created(resource: Resource, body: Object) -> Object:
    """`body` with what the server gives a new object."""
    metadata = {key: each for key, each in body["metadata"].items() if key not in {*_KEPT, "resourceVersion"}}
    if not metadata.get("name"):
        if not metadata.get("generateName"):
            raise invalid(resource, "", [("metadata.name", "Required value: name or generateName is required")])
        metadata["name"] = f"{metadata['generateName']}{uuid.uuid4().hex[:5]}"
    if resource.group not in _FREE_NAMES and not _NAME.fullmatch(metadata["name"]):
        why = f'Invalid value: "{metadata["name"]}": a lowercase RFC 1123 subdomain is wanted'
        raise invalid(resource, metadata["name"], [("metadata.name", why)])
    if resource.plural == "namespaces":
        metadata["labels"] = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata["name"]}
    metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": timestamp(), "generation": 1}
    fresh = {**body, "metadata": metadata}
    if "status" in resource.subresources:
        fresh.pop("status", None)
    if resource.plural == "namespaces":
        fresh |= {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    return fresh


def changed(resource: Resource, before: Object, after: Object, subresource: str) -> Object:
    """`after` as far as the request may change `before`."""
    name, metadata = before["metadata"]["name"], dict(after["metadata"])
    if metadata.get("uid", before["metadata"]["uid"]) != before["metadata"]["uid"]:
        raise conflict(resource, name, f"Precondition failed: UID in precondition: {metadata['uid']}")
    if metadata.get("resourceVersion", "") not in {"", before["metadata"]["resourceVersion"]}:
        raise conflict(resource, name)
    metadata |= {key: before["metadata"][key] for key in _KEPT if key in before["metadata"]}
    metadata["resourceVersion"] = before["metadata"]["resourceVersion"]
    if subresource == "status":
        return {**before, "status": after.get("status")} if "status" in after else _less(before, "status")
    if subresource in _PARTS:
        return _PARTS[subresource](before, after)
    result = {**after, "metadata": metadata}
    if "status" in resource.subresources:
        result = {**_less(result, "status"), **({"status": before["status"]} if "status" in before else {})}
    if {key: each for key, each in result.items() if key not in _UNSPECIFIED} != {
        key: each for key, each in before.items() if key not in _UNSPECIFIED
    }:
        metadata["generation"] = before["metadata"].get("generation", 0) + 1
    return result


def shaped(resource: Resource, body: Object, validation: str) -> tuple[Object, list[str]]:
    """`body` without fields that its schema does not know, with defaults; and warnings of what was dropped."""
    if is_configuration(resource):
        return registration.defaulted(resource, body), []
    if resource.schema is None:
        return filled(resource, body), []
    kept, dropped = pruned(resource.schema, body)
    named = [f'unknown field "{each}"' for each in dropped]
    if named and validation == "Strict":
        raise bad_request(f"strict decoding error: {', '.join(named)}")
    return defaulted(resource.schema, kept), [] if validation == "Ignore" else named


def check(resource: Resource, body: Object) -> None:
    """422 if `body` breaks its schema, or is a definition that can't be served."""
    if resource == DEFINITIONS:
        definitions.check(body)
    if is_configuration(resource) and (wrong := list(registration.faults(resource, body))):
        raise invalid(resource, body["metadata"]["name"], wrong)
    if resource.schema is not None and (wrong := list(faults(resource.schema, body))):
        raise invalid(resource, body["metadata"]["name"], wrong)


def timestamp() -> str:
    """Now, as objects say it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _less(body: Object, key: str) -> Object:
    return {name: each for name, each in body.items() if name != key}


def _with_ephemeral(before: Object, after: Object) -> Object:
    more = after["spec"].get("ephemeralContainers") or []
    return {**before, "spec": {**before["spec"], "ephemeralContainers": more}}


def _resized(before: Object, after: Object) -> Object:
    wanted = {each["name"]: each.get("resources") or {} for each in after["spec"]["containers"]}
    containers = [
        {**each, "resources": wanted.get(each["name"], each.get("resources") or {})}
        for each in before["spec"]["containers"]
    ]
    return {**before, "spec": {**before["spec"], "containers": containers}}


_PARTS: Final[dict[str, Callable[[Object, Object], Object]]] = {
    "ephemeralcontainers": _with_ephemeral,
    "resize": _resized,
}
