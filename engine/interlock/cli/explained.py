"""An explanation as JSON, for programs; the decision in it is the stable record."""

from typing import Any

from interlock.cel.explanation.trace import Step, lines
from interlock.decisionlog.record import record, rfc3339
from interlock.engine.explain import ExplainedRule, Explanation, NamingWaiver


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
    if rule.variables:
        said["variables"] = [{"name": name, "steps": _steps(step)} for name, step in rule.variables]
    said |= {key: getattr(rule, key) for key in ("obstacle", "message", "remedy") if getattr(rule, key)}
    if rule.waivers:
        said["waivers"] = [_waiver(naming) for naming in rule.waivers]
    return said


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
    }
