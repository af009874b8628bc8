"""The decision on a document as its user has it: any protocol, with what policies change in it.

What Kubernetes would store, and the body of a call whose caller passes on what
policies made of it, is decided with what policies change in it; everything
else is decided as it stands.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from interlock.engine.decide import Engine
from interlock.engine.possible import answered
from interlock.foreign.cluster import Around
from interlock.foreign.known import UNKNOWN
from interlock.foreign.looking import Looking
from interlock.foreign.requests import KubernetesRequest, stated
from interlock.foreign.rewrites import rewritten
from interlock.intents.admission import Changeable, changeable_object
from interlock.intents.check import changeable_call
from interlock.intents.extract import extract
from interlock.model.balances import Balances
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.units import Instant

_REVIEW_VERSION: Final = "admission.k8s.io/v1"

_Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """An Intent and the decision on it; of a document that policies change, the Intent of the changed one.

    `request` is what Kubernetes' policies validated, where there are any.
    """

    intent: Intent
    decision: Decision
    request: KubernetesRequest | None = None


def decide_document(
    engine: Engine,
    document: _Json,
    *,
    now: Instant,
    balances: Balances | None = None,
    around: Around = UNKNOWN,
) -> Decided:
    """What `engine` decides on `document` at `now`, where `balances` are left if that is given.

    `around` it is what Kubernetes' policies look at beside it.

    Raises:
        RequestError: no Intent can be read from it.
    """
    asked = _mutated(engine, document, around)
    document = document if asked is None else _with(document, asked)
    found = _changeable(document)
    asked = _asked(engine, document, around) if asked is None else asked
    if found is None:
        return _as_it_stands(engine, document, asked, now, balances)
    item, embed = found

    def read(changed: _Json) -> Intent:
        return extract(embed(changed), engine.context_at(now))

    intent, changes = engine.mutate(item, read)
    if balances is not None and engine.mutates_by_seen:
        intent, changes = engine.mutate(item, read, seen=engine.seen(intent, balances, now=now))
    if asked is not None and changes.object is not None:
        asked = asked.of(changes.object)
    decision = engine.decide(intent, now=now, balances=balances, changes=changes, request=asked)
    return Decided(intent, answered(engine.policies, document, intent, decision), asked)


def decide_as_it_stands(
    engine: Engine,
    document: _Json,
    *,
    now: Instant,
    balances: Balances | None = None,
    around: Around = UNKNOWN,
) -> Decided:
    """What `engine` decides on `document` at `now` without changes, as the validating webhook does.

    Raises:
        RequestError: no Intent can be read from it.
    """
    return _as_it_stands(engine, document, _asked(engine, document, around), now, balances)


def _as_it_stands(
    engine: Engine,
    document: _Json,
    asked: KubernetesRequest | None,
    now: Instant,
    balances: Balances | None,
) -> Decided:
    intent = extract(document, engine.context_at(now))
    decision = engine.decide(intent, now=now, balances=balances, request=asked)
    return Decided(intent, answered(engine.policies, document, intent, decision), asked)


def _asked(engine: Engine, document: _Json, around: Around) -> KubernetesRequest | None:
    """What Kubernetes' policies are asked of `document`; None where they have nothing to say of it."""
    attributes = stated(document) if engine.asks_kubernetes else None
    return None if attributes is None else KubernetesRequest(attributes, Looking(around))


def _mutated(engine: Engine, document: _Json, around: Around) -> KubernetesRequest | None:
    """The request that `document` is, as Kubernetes' mutating policies leave it; None where there are none."""
    if not isinstance(document, dict):
        return None  # extraction says what a request is
    if not engine.policies.kubernetes.mutating or "apiVersion" not in document:
        return None
    asked = _asked(engine, document, around)
    return None if asked is None else engine.mutated(asked)


def _with(document: _Json, asked: KubernetesRequest) -> _Json:
    """`document` with what Kubernetes' policies changed in its object."""
    if asked.mutated is None or not asked.mutated.allowed or not asked.mutated.rewrites:
        return document
    if document["apiVersion"] != _REVIEW_VERSION:
        return rewritten(document, asked.mutated.rewrites)
    request = document["request"]
    return {**document, "request": {**request, "object": asked.attributes.object}}


def _changeable(document: _Json) -> Changeable | None:
    """What policies can change in `document`, and how to put it back in its place; None where they can't."""
    if not isinstance(document, dict):
        return None  # extraction says what a request is
    if "apiVersion" not in document:
        return changeable_call(document)
    if document["apiVersion"] != _REVIEW_VERSION:
        return document, lambda changed: changed
    request = document.get("request")
    found = changeable_object(request) if isinstance(request, dict) else None
    if found is None:
        return None
    item, embed = found
    return item, lambda changed: {**document, "request": embed(changed)}
