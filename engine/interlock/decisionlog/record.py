"""The stable JSON of a decision, the same on every surface.

docs/reference/decision.md describes it; a field, once there, keeps its name
and meaning. No prompt and no argument is in it unless a policy's own message
puts it there.
"""

from typing import Any, Final

from interlock.decisionlog.charges import charge, hold, reasons
from interlock.decisionlog.codes import ReasonCode
from interlock.decisionlog.refusals import refusal
from interlock.identity import ObligationName
from interlock.instants import rfc3339
from interlock.model.decision import Conflict, Decision, Demand, Limitation
from interlock.model.limit import Bounds
from interlock.model.obligation import Due
from interlock.model.patch import Patch
from interlock.model.ruling import MUTATING, Rewrite, Ruling
from interlock.model.verdict import Outcome, Verdict
from interlock.spelling import quoted

_UNASKED: Final = Ruling()


def record(decision: Decision) -> dict[str, Any]:
    """`decision` as plain JSON."""
    kubernetes = decision.kubernetes or _UNASKED
    recorded: dict[str, Any] = {
        "decision": "allow" if decision.allowed else "deny",
        "policySet": decision.policy_set,
        "time": rfc3339(decision.now),
        "reasons": _reasons(decision),
        "warnings": [*map(_verdict, decision.warnings), *map(refusal, kubernetes.warnings)],
        "audits": [*map(_verdict, decision.audits), *map(refusal, kubernetes.audited)],
        "tried": [*map(_verdict, decision.tried)],
        "waived": [*map(_verdict, decision.waived)],
        "permits": [*map(_verdict, decision.permits)],
        "errors": [*map(_verdict, decision.errors)],
        "patches": [*map(_patch, decision.patches)],
    }
    if kubernetes.rewrites:
        recorded["rewrites"] = [*map(_rewrite, kubernetes.rewrites)]
    recorded["limits"] = [*map(_limitation, decision.limits)]
    recorded["obligations"] = [*map(_due, decision.obligations)]
    recorded["advice"] = [*map(_due, decision.advice)]
    if decision.uses:
        recorded["uses"] = {each.waiver: each.left for each in decision.uses}
    if decision.charges:
        recorded["budgets"] = [*map(charge, decision.charges)]
    if decision.held:
        recorded["hold"] = hold(decision.held)
    if annotations := kubernetes.audit_annotations():
        recorded["auditAnnotations"] = annotations
    if decision.untried:
        recorded["untried"] = decision.untried
    return recorded


def _reasons(decision: Decision) -> list[dict[str, Any]]:
    if decision.allowed:
        return []
    kubernetes = decision.kubernetes or _UNASKED
    return [
        *([{"code": ReasonCode.FAILED, "message": decision.failure}] if decision.failure else []),
        *map(_verdict, decision.denials),
        *map(_unpermitted, decision.missing),
        *map(_conflict, decision.conflicts),
        *map(_undischarged, decision.undischarged),
        *reasons(decision.charges, decision.uncharged),
        *map(refusal, kubernetes.denials),
    ]


def _unpermitted(demand: Demand) -> dict[str, Any]:
    named = quoted(demand.name or demand.item)
    return {
        "code": ReasonCode.UNPERMITTED,
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
    if verdict.bound is not None:
        said["of"] = verdict.bound.of
    return said


def _patch(patch: Patch) -> dict[str, Any]:
    return {"path": list(patch.path), "value": patch.value, "policies": list(patch.policies)}


def _rewrite(rewrite: Rewrite) -> dict[str, Any]:
    return {
        "kind": MUTATING,
        "policy": rewrite.policy,
        "binding": rewrite.binding,
        **({"params": rewrite.params} if rewrite.params else {}),
        "round": rewrite.round,
        "operations": list(rewrite.operations),
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "code": ReasonCode.CONFLICT,
        "policies": list(conflict.policies),
        **({"path": list(conflict.path)} if conflict.path else {}),
        "message": f"{conflict.subject}: {conflict.reason}",
        "remedy": conflict.remedy,
    }


def _undischarged(name: ObligationName) -> dict[str, Any]:
    return {
        "code": ReasonCode.UNDISCHARGED,
        "obligation": name,
        "message": f"whoever enforces this decision does not know how to meet the obligation {quoted(name)}",
        "remedy": f"enforce it where {quoted(name)} is known, and name it among what the caller discharges",
    }


def _limitation(limitation: Limitation) -> dict[str, Any]:
    bounds = bounds_given(limitation.bounds)
    return {
        "of": limitation.of,
        "item": limitation.item,
        **bounds,
        "policies": list(limitation.policies),
    }


def bounds_given(bounds: Bounds) -> dict[str, Any]:
    """The bounds that there are, by name."""
    written: dict[str, Any] = {
        "ceiling": bounds.ceiling,
        "floor": bounds.floor,
        "allowed": None if bounds.allowed is None else sorted(bounds.allowed),
        "blocked": sorted(bounds.blocked) or None,
    }
    return {name: bound for name, bound in written.items() if bound is not None}


def _due(due: Due) -> dict[str, Any]:
    value = sorted(due.value) if isinstance(due.value, frozenset) else due.value
    return {"name": due.name, "value": value, "policies": list(due.policies)}
