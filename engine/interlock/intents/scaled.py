"""The object that a Scale asks more pods of, where whoever asks has looked it up.

A Scale says a number and nothing else; which images, models and devices more
pods take, the scaled object says. It stands in the request as `scaled`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from interlock.intents.context import ExtractionContext
from interlock.intents.fields import mapping, text, whole
from interlock.intents.workload import Subject, name_of, workload_intent
from interlock.model.intent import Action, Intent, Principal

SCALED: Final = "scaled"
"""The key of the scaled object in a request. No API server sends one."""

_PATH: Final = f"request.{SCALED}"


def scaled_intent(
    subject: Subject, request: Mapping[str, Any], pods: int, principal: Principal, context: ExtractionContext
) -> Intent | None:
    """What it means that the object which `request` scales has so many `pods`; None where nobody looked it up.

    Paths start with `request.scaled.`; `object` is the Scale.
    """
    grown = _grown(subject, request, pods)
    if grown is None:
        return None
    of_kind = replace(subject, described=(subject.group, subject.kind))
    intent = workload_intent(Action.WORKLOAD_UPDATE, of_kind, grown, principal, context)
    intent["object"] = mapping(request, "object", "request")
    _place(intent)
    return intent


def _grown(subject: Subject, request: Mapping[str, Any], pods: int) -> dict[str, Any] | None:
    """The scaled object with `pods`, if it is that and says their number where most kinds do."""
    found = mapping(request, SCALED, "request")
    spec = mapping(found, "spec", _PATH)
    group, _, _ = (text(found, "apiVersion", _PATH) or "").rpartition("/")
    before = whole(mapping(mapping(request, "oldObject", "request"), "spec", ""), "replicas", "spec")
    is_it = (group, text(found, "kind", _PATH), name_of(found)) == (subject.group, subject.kind, subject.name)
    if not is_it or before is None or whole(spec, "replicas", f"{_PATH}.spec") != before:
        return None
    return {**found, "spec": {**spec, "replicas": pods}}


def _place(intent: Intent) -> None:
    """Say of all paths in `intent` that they are those of the scaled object."""
    for item in (*intent["models"], *intent["accelerators"], *intent["tools"], *intent["images"]):
        item["source"] = f"{_PATH}.{item['source']}"
    for fault in intent["unresolved"]:
        fault["path"] = f"{_PATH}.{fault['path']}"
    intent["provenance"] = {fact: f"{_PATH}.{path}" for fact, path in intent["provenance"].items()}
