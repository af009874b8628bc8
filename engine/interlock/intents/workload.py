"""The Intent of a Kubernetes object, whatever it came in.

Knows metadata and pods. Who asks for what is the caller's to say.
"""

from dataclasses import dataclass
from typing import Any, Final

from interlock.intents.accelerators import add_accelerators
from interlock.intents.annotations import Annotations, add_stated
from interlock.intents.attribution import add_attribution
from interlock.intents.context import ExtractionContext
from interlock.intents.draft import blank_intent, checked, note
from interlock.intents.ends import add_gpu_time
from interlock.intents.fields import mapping, text, text_map, whole
from interlock.intents.images import add_images
from interlock.intents.models import add_models
from interlock.intents.nodes import nodes_of
from interlock.intents.paths import quoted
from interlock.intents.podtemplates import Pods, pods_of
from interlock.intents.regions import add_region
from interlock.model.intent import MAX_INT64, Action, Intent, Principal

_DEVICES: Final = "resource.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Which object, as the API server or the manifest says. Texts may be empty where they don't."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str


def workload_intent(
    action: Action,
    subject: Subject,
    body: dict[str, Any],
    principal: Principal,
    context: ExtractionContext,
) -> Intent:
    """What storing or deleting `body` means. Paths are those of `body`."""
    intent = blank_intent(action, subject.kind, principal, body)
    pods = pods_of(body, subject.group, subject.kind)
    metadata = mapping(body, "metadata", "")
    places = [
        (metadata, "metadata"),
        *((each.metadata, each.metadata_path) for each in pods if each.path != "spec"),
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
        "pods": min(sum(each.count for each in pods), MAX_INT64),
    }
    add_attribution(intent, labels + annotations, context.labels)
    add_stated(intent, Annotations(tuple(annotations)), context.catalog)
    for each in pods:
        _add_pods(intent, each, context)
    add_gpu_time(intent, subject.group, subject.kind, body)
    if (subject.group, subject.kind) == ("autoscaling", "Scale"):
        _add_scale(intent, body)
    if not pods and _may_hide_facts(subject.group):
        note(intent, "spec", f"objects of group {quoted(subject.group)} are not read yet")
    return checked(intent)


def _may_hide_facts(group: str) -> bool:
    """Whether objects of `group` may hold pods, models or devices: all but what Kubernetes itself defines."""
    is_builtin = "." not in group or (group.endswith(".k8s.io") and not group.endswith(".x-k8s.io"))
    return group == _DEVICES or not is_builtin


def _add_pods(intent: Intent, pods: Pods, context: ExtractionContext) -> None:
    if pods.count_source:
        intent["provenance"]["workload.pods"] = pods.count_source
    if pods.note:
        note(intent, pods.path, pods.note)
    nodes = nodes_of(pods.spec, pods.path)
    add_images(intent, pods)
    add_accelerators(intent, pods, nodes, context.catalog)
    add_models(intent, pods, context.catalog)
    add_region(intent, nodes)


def _add_scale(intent: Intent, scale: dict[str, Any]) -> None:
    """A Scale says how many pods, and nothing of what they are."""
    intent["workload"]["pods"] = whole(mapping(scale, "spec", ""), "replicas", "spec") or 0
    intent["provenance"]["workload.pods"] = "spec.replicas"
    note(intent, "spec", "the pods are described by the object that is scaled")


def name_of(body: dict[str, Any]) -> str:
    """The object's name, or the start of it that the API server completes; empty if it has neither."""
    metadata = mapping(body, "metadata", "")
    return text(metadata, "name", "metadata") or text(metadata, "generateName", "metadata") or ""
