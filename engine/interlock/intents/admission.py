"""Kubernetes objects: what an admission webhook is asked, and manifests that nobody sent yet.

Source: `AdmissionRequest` of admission.k8s.io/v1.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.context import ExtractionContext
from interlock.intents.draft import note, unknown_principal
from interlock.intents.fields import as_mapping, mapping, required_text, text, texts
from interlock.intents.scaled import scaled_intent
from interlock.intents.subresources import SCALE, action_on, add_scale, owner_of, pods_of_scale
from interlock.intents.workload import Subject, name_of, workload_intent
from interlock.model.intent import UNKNOWN, Action, Intent, Principal

_ACTIONS: Final = {
    "CREATE": Action.WORKLOAD_CREATE,
    "UPDATE": Action.WORKLOAD_UPDATE,
    "DELETE": Action.WORKLOAD_DELETE,
    "CONNECT": Action.WORKLOAD_CONNECT,
}
_SERVICE_ACCOUNT: Final = "system:serviceaccount:"


Changeable: TypeAlias = tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]
"""An object, and what makes a document of another one in its place."""

_STORING: Final = ("CREATE", "UPDATE")


def changeable_object(request: Mapping[str, Any]) -> Changeable | None:
    """The object that would be stored by the `request` of an AdmissionReview, or None where none would be.

    Of a part of an object that has requests of its own nothing is changed: the API server stores only that
    part, so what policies put elsewhere would be lost, or the request refused.
    """
    item = request.get("object")
    if request.get("operation") not in _STORING or request.get("subResource") or not isinstance(item, dict):
        return None
    return item, lambda changed: {**request, "object": changed}


def from_admission(request: dict[str, Any], context: ExtractionContext) -> Intent:
    """What the `request` of an AdmissionReview wants to do.

    Paths in the Intent are those of the object, and start with `request.` for
    what the request says beside it. Raises RequestError.
    """
    check_bounds(request, "request")
    given = as_mapping(request, "request")
    operation = required_text(given, "operation", "request")
    action = _ACTIONS.get(operation)
    if action is None:
        choices = ", ".join(f"`{word}`" for word in _ACTIONS)
        raise RequestError(f"`request.operation`: must be one of {choices}", path="$.request.operation")
    key = "oldObject" if action is Action.WORKLOAD_DELETE else "object"
    body = mapping(given, key, "request")
    if not body and operation in _STORING:
        raise RequestError("`request.object`: must be the object to admit", path="$.request.object")
    subject = _subject(given, body)
    if subject.subresource:
        action = action_on(action, subject.subresource)
    intent = _intent(action, subject, given, body, context)
    if intent["principal"]["id"] != UNKNOWN:
        intent["provenance"]["principal.id"] = "request.userInfo.username"
    if not body:
        note(intent, f"request.{key}", "the request holds no object")
    return intent


def _intent(
    action: Action, subject: Subject, given: dict[str, Any], body: dict[str, Any], context: ExtractionContext
) -> Intent:
    """What it means to do that with `body`; of a Scale, what its object says of more pods than there were."""
    principal = _principal(given)
    if subject.described != SCALE:
        return workload_intent(action, subject, body, principal, context)
    before, pods = mapping(given, "oldObject", "request"), pods_of_scale(body)
    if pods > pods_of_scale(before):
        found = scaled_intent(subject, given, pods, principal, context)
        if found is not None:
            return found
    intent = workload_intent(action, subject, body, principal, context)
    add_scale(intent, body, before)
    return intent


def _subject(request: dict[str, Any], body: dict[str, Any]) -> Subject:
    given = mapping(request, "kind", "request")
    described = text(given, "group", "request.kind") or "", required_text(given, "kind", "request.kind")
    version = text(given, "version", "request.kind") or ""
    subresource = text(request, "subResource", "request") or ""
    group, kind = owner_of(request, *described) if subresource else described
    if (group, kind) != described:
        version = text(mapping(request, "resource", "request"), "version", "request.resource") or ""
    return Subject(
        group=group,
        version=version,
        kind=kind,
        namespace=text(request, "namespace", "request") or "",
        name=text(request, "name", "request") or name_of(body),
        described=described,
        subresource=subresource,
    )


def _principal(request: dict[str, Any]) -> Principal:
    """Who asked the API server. `extra` are the claims of who authenticated them."""
    path = "request.userInfo"
    user = mapping(request, "userInfo", "request")
    username = text(user, "username", path)
    if not username:
        return unknown_principal()
    return {
        "id": username,
        "type": "serviceAccount" if username.startswith(_SERVICE_ACCOUNT) else "user",
        "groups": texts(user, "groups", path),
        "claims": mapping(user, "extra", path),
    }


def from_manifest(manifest: dict[str, Any], context: ExtractionContext) -> Intent:
    """What it would mean to create the object of `manifest`; nobody knows who would. Raises RequestError."""
    check_bounds(manifest)
    body = as_mapping(manifest, "")
    group, slash, version = required_text(body, "apiVersion", "").rpartition("/")
    metadata = mapping(body, "metadata", "")
    described = group if slash else "", required_text(body, "kind", "")
    subject = Subject(
        group=described[0],
        version=version,
        kind=described[1],
        namespace=text(metadata, "namespace", "metadata") or "",
        name=name_of(body),
        described=described,
    )
    intent = workload_intent(Action.WORKLOAD_CREATE, subject, body, unknown_principal(), context)
    if described == SCALE:
        add_scale(intent, body, {})
    return intent
