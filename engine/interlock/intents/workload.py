"""The Intent of a Kubernetes object, whatever it came in.

Knows metadata, and joins what is said of pods, models, tools and devices. Who asks for what
is the caller's to say.
"""

from dataclasses import dataclass
from typing import Any

from interlock.intents.accelerators import add_accelerators
from interlock.intents.annotations import Annotations, add_stated
from interlock.intents.attribution import add_attribution
from interlock.intents.context import ExtractionContext
from interlock.intents.counts import times_made
from interlock.intents.draft import blank_intent, checked, few, note
from interlock.intents.ends import add_gpu_time
from interlock.intents.fields import mapping, text, text_map
from interlock.intents.images import add_images, add_named_images
from interlock.intents.models import add_models
from interlock.intents.namedmodels import add_named_models
from interlock.intents.namedtools import add_named_tools
from interlock.intents.podtemplates import Pods, pods_of
from interlock.intents.regions import add_named_regions, add_region
from interlock.intents.requests import add_requests
from interlock.intents.scopes import Scope, scopes_of
from interlock.model.intent import MAX_INT64, UNKNOWN, Action, Intent, Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Which object, as the API server or the manifest says. Texts may be empty where they don't.

    `described` is the group and kind of what the request holds. With a `subresource` that may be
    something else than the object that it is about.
    """

    group: str
    version: str
    kind: str
    namespace: str
    name: str
    described: tuple[str, str]
    subresource: str = ""


def workload_intent(
    action: Action,
    subject: Subject,
    body: dict[str, Any],
    principal: Principal,
    context: ExtractionContext,
) -> Intent:
    """What storing or deleting `body` means. Paths are those of `body`."""
    intent = blank_intent(action, subject.kind, principal, body)
    if subject.subresource:
        intent["subresource"] = subject.subresource
    found = scopes_of(body, *subject.described, subject.name)
    pods = [pods_of(scope) for scope in found.scopes]
    all_pods = few([each for of_scope in pods for each in of_scope], "pod templates")
    few(range(sum(len(each.containers) for each in all_pods)), "containers")
    metadata = mapping(body, "metadata", "")
    places = [
        (metadata, "metadata"),
        *((each.metadata, each.metadata_path) for each in all_pods if each.metadata_path != "metadata"),
    ]
    labels = [(text_map(place, "labels", path), f"{path}.labels") for place, path in places]
    annotations = [(text_map(place, "annotations", path), f"{path}.annotations") for place, path in places]
    intent["workload"] = {
        "group": subject.group,
        "version": subject.version,
        "kind": subject.kind,
        "namespace": subject.namespace,
        "name": subject.name,
        "labels": labels[0][0],
        "annotations": annotations[0][0],
        "pods": min(sum(each.count for each in all_pods), MAX_INT64),
    }
    add_attribution(intent, labels + annotations, context.labels)
    add_stated(intent, Annotations(tuple(annotations)), context.catalog)
    for path, reason in found.faults:
        note(intent, path, reason)
    for scope, of_scope in zip(found.scopes, pods, strict=True):
        _add_scope(intent, scope, of_scope, context)
    add_gpu_time(intent, *subject.described, body)
    return checked(intent)


def _add_scope(intent: Intent, scope: Scope, pods: list[Pods], context: ExtractionContext) -> None:
    """Add what the object of `scope` says, and each of its `pods`."""
    for elsewhere in scope.kind.elsewhere:
        for place in few(scope.places(elsewhere.at), "references"):
            if not (elsewhere.lacking and scope.places(elsewhere.lacking, place)):
                note(intent, place.path or ".", elsewhere.what)
    add_named_images(intent, scope)
    claims = sum(each.count for each in pods) or times_made(scope).count
    add_requests(intent, scope, claims, context.catalog)
    add_named_tools(intent, scope, context.catalog)
    is_named = add_named_models(intent, scope, context.catalog)
    for each in pods:
        before = any(model["name"] != UNKNOWN for model in intent["models"])
        _add_pods(intent, each, context, is_named=is_named or (each.joins and before))
    add_named_regions(intent, scope)


def _add_pods(intent: Intent, pods: Pods, context: ExtractionContext, *, is_named: bool) -> None:
    if pods.count_source:
        intent["provenance"]["workload.pods"] = pods.count_source
    for path, reason in pods.notes:
        note(intent, path, reason)
    add_images(intent, pods)
    add_accelerators(intent, pods, context.catalog)
    add_models(intent, pods, context.catalog, is_named=is_named)
    add_region(intent, pods.nodes)


def name_of(body: dict[str, Any]) -> str:
    """The object's name, or the start of it that the API server completes; empty if it has neither."""
    metadata = mapping(body, "metadata", "")
    return text(metadata, "name", "metadata") or text(metadata, "generateName", "metadata") or ""
