"""What is to be written into the status of a document, if that is news. Pure.

Field names and words are those of the definitions of our kinds. Each replica
has an entry of its own; the leader writes what follows from all of them. All
of it is merge patches (RFC 7386), so that no two of them meet.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.identity import Digest
from interlock.instants import rfc3339
from interlock.units import Instant
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.controller.acceptance import LONGEST, Acceptance, Fault, Reason
from interlock_webhooks.text import listed

_READY: Final = "Ready"
_TYPE_CHECKED: Final = "TypeChecked"
_MOST_WARNINGS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one replica says of a document of this generation: what became of it, in the set of this digest."""

    acceptance: Acceptance
    digest: Digest | None
    generation: int
    now: Instant


def patch(replica: str, body: Object, report: Report, live: Collection[str] | None) -> Object | None:
    """What `replica` has to write into the status of `body`; None if that is nothing.

    If it leads, it knows which replicas are `live`: itself, and perhaps others.
    """
    mine = _entry(replica, body, report)
    if live is None:
        return mine
    together = _summary(_over(body, mine or {}), report, live)
    return _over(mine or {}, together or {}) or None


def _entry(replica: str, body: Object, report: Report) -> Object | None:
    """The patch by which `replica` says how the document `body` stands; None where it is said already."""
    is_ready = report.acceptance.reason is Reason.IN_FORCE
    said: dict[str, Any] = {
        "digest": report.digest,
        "ready": is_ready,
        "message": None if is_ready else report.acceptance.message,
    }
    before = _mapping(_mapping(_mapping(body.get("status")).get("replicas")).get(replica))
    if before and all(before.get(key) == value for key, value in said.items()):
        return None
    return {"status": {"replicas": {replica: {**said, "observedAt": rfc3339(report.now)}}}}


def _summary(body: Object, report: Report, live: Collection[str]) -> Object | None:
    """The patch by which the leader says what all `live` replicas together say; None where it is said already.

    Entries of replicas that are gone go.
    """
    before = _mapping(body.get("status"))
    replicas = _mapping(before.get("replicas"))
    after = {
        "observedGeneration": report.generation,
        "conditions": _conditions(before, report, {name: _mapping(replicas.get(name)) for name in live}),
        "typeChecking": {"expressionWarnings": _warnings(report.acceptance)},
    }
    gone = dict.fromkeys(name for name in replicas if name not in live)
    if not gone and all(before.get(key) == value for key, value in after.items()):
        return None
    return {"status": {**after, **({"replicas": gone} if gone else {})}}


def _conditions(
    before: Mapping[str, Any], report: Report, replicas: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Ours, each with the time of its last transition, after those that others wrote."""
    given = before.get("conditions")
    known = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    ours = {_READY: _ready(report, replicas), _TYPE_CHECKED: _type_checked(report.acceptance)}
    others = [each for each in known if each.get("type") not in ours]
    return others + [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "observedGeneration": report.generation,
            "lastTransitionTime": _since(known, kind, status, report.now),
        }
        for kind, (status, reason, message) in ours.items()
    ]


def _since(known: Collection[Mapping[str, Any]], kind: str, status: str, now: Instant) -> str:
    """Since when the condition has this status."""
    for each in known:
        time = each.get("lastTransitionTime")
        if each.get("type") == kind and each.get("status") == status and isinstance(time, str):
            return time
    return rfc3339(now).partition(".")[0] + "Z"


def _ready(report: Report, replicas: Mapping[str, Mapping[str, Any]]) -> tuple[str, str, str]:
    """Status, reason and message: whether all replicas decide by the document as the leader does."""
    acceptance = report.acceptance
    if acceptance.reason is not Reason.IN_FORCE:
        return "False", acceptance.reason.value, acceptance.message
    differing = {
        name: said
        for name, said in replicas.items()
        if not said.get("ready") or said.get("digest") != report.digest
    }
    if not differing:
        return "True", acceptance.reason.value, acceptance.message
    messages = [f"{name}: {said.get('message') or 'not yet'}" for name, said in sorted(differing.items())]
    return "Unknown", "Pending", f"replicas don't decide by it: {listed(messages, '; ', LONGEST)}"


def _type_checked(acceptance: Acceptance) -> tuple[str, str, str]:
    """Status, reason and message: whether the expressions of the document compile."""
    wrong = [str(fault) for fault in acceptance.faults if fault.is_of_expression]
    if wrong:
        return "False", "ExpressionsInvalid", listed(wrong, "; ", LONGEST)
    if acceptance.faults:
        return (
            "Unknown",
            acceptance.reason.value,
            "expressions are checked once the document is sound",
        )
    return "True", "Compiled", "all expressions compile"


def _warnings(acceptance: Acceptance) -> list[dict[str, str]]:
    """What is wrong with expressions, as statuses of Kubernetes' own policies tell it."""
    wrong = [fault for fault in acceptance.faults if fault.is_of_expression]
    return [{"fieldRef": fault.field.path, "warning": _warning(fault)} for fault in wrong[:_MOST_WARNINGS]]


def _warning(fault: Fault) -> str:
    return f"{fault.field.place}: {fault.message}" if fault.field.place else fault.message


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`below` with all that `above` has, also what it removes."""
    return {
        **below,
        **{
            key: _over(_mapping(below.get(key)), each) if isinstance(each, dict) else each
            for key, each in above.items()
        },
    }


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
