"""An explanation as JSON, for programs; the decision in it is the stable record."""

from collections.abc import Iterable
from typing import Any

from interlock.cel.explanation.trace import Step, lines
from interlock.decisionlog.record import bounds_given, record
from interlock.decisionlog.refusals import refusal
from interlock.engine.explanation import ExplainedRule, Explanation, NamingWaiver
from interlock.engine.laws import Unavailing, unavailing
from interlock.engine.refusals import ExplainedRefusal
from interlock.instants import rfc3339
from interlock.model.obligation import Obligation


def explained(explanation: Explanation, *, shows_all: bool) -> dict[str, Any]:
    """`explanation` as plain JSON; rules that say nothing only if `shows_all`."""
    return {
        "decision": record(explanation.decision),
        "rules": [_rule(rule) for rule in explanation.rules if shows_all or not rule.is_silent],
        "missing": [
            {
                "layer": missing.demand.layer,
                "area": missing.demand.area,
                "item": missing.demand.item,
                "considered": [_rule(rule) for rule in missing.considered],
            }
            for missing in explanation.missing
        ],
        "unavailing": [_unavailing(each) for each in unavailing(explanation.decision)],
        **({"refusals": list(map(_refusal, explanation.refusals))} if explanation.refusals else {}),
    }


def _refusal(explained_: ExplainedRefusal) -> dict[str, Any]:
    said = {"action": explained_.action, **refusal(explained_.denial)}
    if explained_.expression is not None:
        said |= {
            "source": str(explained_.expression.span),
            "expression": explained_.expression.text.strip(),
        }
    if explained_.step is not None:
        said["steps"] = _steps(explained_.step)
    if explained_.variables:
        said["variables"] = [{"name": name, "steps": _steps(step)} for name, step in explained_.variables]
    return said


def _unavailing(each: Unavailing) -> dict[str, Any]:
    rule = each.permit.rule
    return {
        "layer": rule.layer,
        "policy": rule.policy,
        "rule": rule.rule,
        "item": each.permit.item,
        "law": each.law,
        "statement": each.law.statement,
    }


def _rule(rule: ExplainedRule) -> dict[str, Any]:
    said: dict[str, Any] = {
        "layer": rule.rule.layer,
        "policy": rule.rule.policy,
        "rule": rule.rule.rule,
        "effect": rule.rule.effect,
        "enforcement": rule.rule.enforcement,
        "item": rule.item,
        "outcome": rule.outcome,
        "source": str(rule.expression.span if rule.expression else rule.rule.span),
    }
    if rule.expression is not None:
        said |= {"clause": rule.clause, "expression": rule.expression.text.strip()}
    if rule.step is not None:
        said["steps"] = _steps(rule.step)
    if rule.computed:
        said["computed"] = [{"bound": name, "steps": _steps(step)} for name, step in rule.computed]
    if rule.bound is not None:
        said["sets"] = bounds_given(rule.bound.bounds)
    if rule.together is not None:
        said["inForce"] = {
            **bounds_given(rule.together.bounds),
            "policies": list(rule.together.policies),
        }
    if rule.variables:
        said["variables"] = [{"name": name, "steps": _steps(step)} for name, step in rule.variables]
    said |= {key: getattr(rule, key) for key in ("obstacle", "message", "remedy") if getattr(rule, key)}
    for key, given in (("obligations", rule.rule.obligations), ("advice", rule.rule.advice)):
        if given:
            said[key] = given_values(given)
    if rule.waivers:
        said["waivers"] = [_waiver(naming) for naming in rule.waivers]
    return said


def given_values(given: Iterable[Obligation]) -> dict[str, Any]:
    """What a rule obliges to, or advises, by name."""
    return {
        each.name: sorted(each.value) if isinstance(each.value, frozenset) else each.value for each in given
    }


def _steps(step: Step) -> list[dict[str, Any]]:
    return [{"depth": depth, "expression": text, "value": result} for depth, text, result in lines(step)]


def _waiver(naming: NamingWaiver) -> dict[str, Any]:
    waiver = naming.waiver
    return {
        "waiver": waiver.name,
        "lifts": not naming.obstacle,
        **({"obstacle": naming.obstacle} if naming.obstacle else {}),
        "owner": waiver.owner,
        "approver": waiver.approver,
        "reason": waiver.reason,
        "starts": rfc3339(waiver.starts),
        "expires": rfc3339(waiver.expires),
        **({} if waiver.max_uses is None else {"maxUses": waiver.max_uses}),
    }
