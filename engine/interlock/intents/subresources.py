"""Parts of objects that have requests of their own: how many pods there are, who connects, where they run.

What such a request holds may be no object of the kind that it is about: a
Scale of a Deployment, the options of an `exec`, a Binding. The resource says
which kind it is about, as its API names it: `deployments` of `apps`.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.intents.draft import note
from interlock.intents.fields import mapping, text, whole
from interlock.intents.kinds import KINDS
from interlock.model.intent import MAX_INT64, UNKNOWN, Accelerator, Action, Intent
from interlock.schemas.plurals import plural

SCALE: Final = ("autoscaling", "Scale")
"""The group and kind of what says how many pods another object has."""

_EVICTION: Final = "eviction"
_OTHERS: Final = (("", "Namespace"), ("", "Node"), ("", "Service"), ("", "ServiceAccount"))

_KIND_OF: Final = {(group, plural(kind)): (group, kind) for group, kind in (*KINDS, *_OTHERS)}


def owner_of(request: Mapping[str, Any], group: str, kind: str) -> tuple[str, str]:
    """The group and kind of the object that `request` is about; `group` and `kind` are of what it holds."""
    resource = mapping(request, "resource", "request")
    path = "request.resource"
    named = text(resource, "group", path) or "", text(resource, "resource", path) or ""
    return _KIND_OF.get(named, (group, kind))


def action_on(action: Action, subresource: str) -> Action:
    """What creating this part of an object does to it: an eviction deletes the pod, all others change it."""
    if action is not Action.WORKLOAD_CREATE:
        return action
    return Action.WORKLOAD_DELETE if subresource == _EVICTION else Action.WORKLOAD_UPDATE


def pods_of_scale(scale: Mapping[str, Any]) -> int:
    """How many pods a Scale asks for."""
    return whole(mapping(scale, "spec", ""), "replicas", "spec") or 0


def add_scale(intent: Intent, scale: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Add how many pods a Scale asks for, and what more of them would take, which it doesn't say.

    It says nothing of what the pods are. Where there are more than `before`, they may be pods with
    accelerators of any class and number; where there aren't, nothing is asked for.
    """
    pods = pods_of_scale(scale)
    intent["workload"]["pods"] = pods
    intent["provenance"]["workload.pods"] = "spec.replicas"
    note(intent, "spec", "the pods are described by the object that is scaled")
    if pods > pods_of_scale(before):
        intent["accelerators"].append(_any(pods))


def _any(pods: int) -> Accelerator:
    """As many accelerators as there may be, of a class that nobody knows, in each of `pods`."""
    return {
        "vendor": UNKNOWN,
        "resource": UNKNOWN,
        "class": UNKNOWN,
        "product": UNKNOWN,
        "count": MAX_INT64,
        "pods": pods,
        "total": MAX_INT64,
        "shared": False,
        "allocation": UNKNOWN,
        "alternatives": [],
        "source": "spec.replicas",
    }
