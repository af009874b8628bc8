"""The decision on a document as its user has it: any protocol, defaults included.

What Kubernetes would store is decided with the policies' defaults in it, as
the mutating webhook does; everything else is decided as it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from interlock.engine.decide import Engine
from interlock.intents.extract import extract
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.units import Instant

_REVIEW_VERSION: Final = "admission.k8s.io/v1"
_STORING: Final = ("CREATE", "UPDATE")

_Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """An Intent and the decision on it; of a document with defaults, the Intent with them."""

    intent: Intent
    decision: Decision


def decide_document(engine: Engine, document: _Json, *, now: Instant) -> Decided:
    """What `engine` decides on `document` at `now`.

    Raises:
        RequestError: no Intent can be read from it.
    """
    stored = _stored(document)
    if stored is None:
        intent = extract(document, engine.context)
        return Decided(intent, engine.decide(intent, now=now))
    item, embed = stored
    read: list[Intent] = []

    def reading(patched: _Json) -> Intent:
        read.append(extract(embed(patched), engine.context))
        return read[-1]

    decision = engine.mutate(item, reading, now=now)
    # The engine reads again what it changed; what it decided is what it read last.
    return Decided(read[-1], decision)


def _stored(document: _Json) -> tuple[_Json, Callable[[_Json], _Json]] | None:
    """The object that would be stored, and how to put a changed one back in its place."""
    if "apiVersion" not in document:
        return None
    if document["apiVersion"] != _REVIEW_VERSION:
        return document, lambda changed: changed
    request = document.get("request")
    if not isinstance(request, dict) or request.get("operation") not in _STORING:
        return None
    item = request.get("object")
    if not isinstance(item, dict):
        return None
    return item, lambda changed: {**document, "request": {**request, "object": changed}}
