"""The stable JSON of a decision, the same on every surface.

docs/reference/decision.md describes it; a field, once there, keeps its name
and meaning. No prompt and no argument is in it unless a policy's own message
puts it there.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from interlock.model.decision import Decision, Demand
from interlock.model.patch import Conflict, Patch
from interlock.model.verdict import Outcome, Verdict
from interlock.spelling import quoted
from interlock.units import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def record(decision: Decision) -> dict[str, Any]:
    """`decision` as plain JSON."""
    return {
        "decision": "allow" if decision.allowed else "deny",
        "policySet": decision.policy_set,
        "time": rfc3339(decision.now),
        "reasons": list(_reasons(decision)),
        "warnings": [_verdict(verdict) for verdict in decision.warnings],
        "audits": [_verdict(verdict) for verdict in decision.audits],
        "waived": [_verdict(verdict) for verdict in decision.waived],
        "permits": [_verdict(verdict) for verdict in decision.permits],
        "errors": [_verdict(verdict) for verdict in decision.errors],
        "patches": [_patch(patch) for patch in decision.patches],
    }


def rfc3339(instant: Instant) -> str:
    """`instant` in UTC with milliseconds."""
    at = _EPOCH + timedelta(milliseconds=instant)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _reasons(decision: Decision) -> Iterable[dict[str, Any]]:
    if decision.failure:
        yield {"code": "failed", "message": decision.failure}
    yield from map(_verdict, decision.denials)
    yield from map(_unpermitted, decision.missing)
    yield from map(_conflict, decision.conflicts)


def _unpermitted(demand: Demand) -> dict[str, Any]:
    named = quoted(demand.name or demand.item)
    return {
        "code": "unpermitted",
        "layer": demand.layer,
        "area": demand.area,
        "item": demand.item,
        "message": f"no policy of layer `{demand.layer}` permits {named}",
        "remedy": f"ask layer `{demand.layer}` for a policy on {demand.area} that permits it",
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    rule = verdict.rule
    said: dict[str, Any] = {
        "code": verdict.outcome.value,
        "layer": rule.layer,
        "area": rule.area,
        "policy": rule.policy,
        "rule": rule.rule,
        "digest": rule.digest,
        "effect": rule.effect,
        "item": verdict.item,
    }
    if verdict.message:
        said["message"] = verdict.message
    if verdict.remedy:
        said["remedy"] = verdict.remedy
    if verdict.outcome is Outcome.ERRORED:
        said["error"] = verdict.error
        said["ignored"] = verdict.ignored
    if verdict.waiver is not None:
        said["waiver"] = verdict.waiver
    return said


def _patch(patch: Patch) -> dict[str, Any]:
    return {"path": list(patch.path), "value": patch.value, "policies": list(patch.policies)}


def _conflict(conflict: Conflict) -> dict[str, Any]:
    place = ".".join(conflict.path)
    return {
        "code": "conflict",
        "policies": list(conflict.policies),
        "path": list(conflict.path),
        "message": f"no default for `{place}`: {conflict.reason}",
        "remedy": f"set `{place}` in the object, or let the policies' owners agree on one value",
    }
