"""An explanation as text, for the person who has to act on it."""

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from interlock.cel.explanation.picture import picture
from interlock.cel.explanation.trace import Step
from interlock.cli.explained import given_values
from interlock.cli.render import assigned, bounds, changed, due, in_one_line, line, reason, visible
from interlock.decisionlog.changes import changes
from interlock.decisionlog.codes import ReasonCode
from interlock.decisionlog.record import bounds_given, record
from interlock.engine.explanation import ExplainedRule, Explanation, MissingPermit, NamingWaiver
from interlock.engine.laws import unavailing
from interlock.engine.refusals import ExplainedRefusal
from interlock.foreign.policy import Action
from interlock.instants import rfc3339
from interlock.model.verdict import Outcome, Verdict
from interlock.spelling import quoted

_STYLES: Final[dict[str, str]] = {
    Outcome.VIOLATED: "bold red",
    Outcome.ERRORED: "bold magenta",
    Outcome.PERMITTED: "green",
    Outcome.SATISFIED: "green",
}

_NOT_OF_RULES: Final = frozenset({ReasonCode.FAILED, ReasonCode.CONFLICT, ReasonCode.UNDISCHARGED})


def written(explanation: Explanation, *, shows_all: bool) -> Iterator[Text]:
    """The lines of `explanation`; rules that say nothing only if `shows_all`."""
    recorded = record(explanation.decision)
    for entry in recorded["reasons"]:
        if entry["code"] in _NOT_OF_RULES:
            yield line((entry["code"], "bold red"), f"  {reason(entry)}", indent=1)
            if "remedy" in entry:
                yield line(("remedy: ", "bold"), in_one_line(entry["remedy"]), indent=2)
    yield from (line(("changed: ", "cyan"), changed(each), indent=1) for each in changes(recorded))
    yield from (line(("obligation: ", "cyan"), due(each), indent=1) for each in recorded["obligations"])
    yield from (line(("advice: ", "cyan"), due(each), indent=1) for each in recorded["advice"])
    for rule in explanation.rules:
        if shows_all or not rule.is_silent:
            yield line("")
            yield from _rule(rule, 0)
    for missing in explanation.missing:
        yield line("")
        yield from _missing(missing)
    for refusal in explanation.refusals:
        yield line("")
        yield from _refusal(refusal)
    found = unavailing(explanation.decision)
    if found:
        yield line("")
    for each in found:
        yield line(("no help: ", "bold"), visible(f"{_named(each.permit)}: {each.law.statement} ({each.law})"))


def _refusal(refusal: ExplainedRefusal) -> Iterator[Text]:
    denial = refusal.denial
    named = [denial.kind, "/".join(filter(None, (denial.policy, denial.binding)))] if denial.policy else []
    mode = "" if refusal.action is Action.DENY else f" ({refusal.action.lower()})"
    source = [] if refusal.expression is None else [f"({refusal.expression.span})"]
    yield line((ReasonCode.REFUSED, "bold red"), visible(f"{mode}  {'  '.join([' '.join(named), *source])}"))
    if refusal.step is not None:
        yield line((f"validations[{denial.index}]:", "bold"), indent=1)
        yield from _steps(refusal.step, 2)
    for name, step in refusal.variables:
        yield line((visible(f"{name}:"), "bold"), indent=1)
        yield from _steps(step, 2)
    if denial.params:
        yield line(("params: ", "bold"), visible(denial.params), indent=1)
    yield line(("message: ", "bold"), in_one_line(denial.message), indent=1)


def _named(verdict: Verdict) -> str:
    """Whose rule, which one, and of what item."""
    rule = verdict.rule
    return f"{rule.layer} {rule.policy}/{rule.rule} {verdict.item}"


def _rule(rule: ExplainedRule, depth: int) -> Iterator[Text]:
    name = f"{rule.rule.layer} {rule.rule.policy}/{rule.rule.rule} {rule.item}"
    span = rule.expression.span if rule.expression else rule.rule.span
    mode = "" if rule.rule.enforcement == "enforce" else f" ({rule.rule.enforcement})"
    yield line(
        (rule.outcome, _STYLES.get(rule.outcome, "")),
        visible(f"{mode}  {name}  "),
        (visible(f"({span})"), "dim"),
        indent=depth,
    )
    if rule.obstacle:
        yield line(f"does not apply: the policy {visible(rule.obstacle)}", indent=depth + 1)
    if rule.step is not None:
        yield line((f"{rule.clause}:", "bold"), indent=depth + 1)
        yield from _steps(rule.step, depth + 2)
    for variable, step in (*rule.computed, *rule.variables):
        yield line((visible(f"{variable}:"), "bold"), indent=depth + 1)
        yield from _steps(step, depth + 2)
    yield from _bounds(rule, depth + 1)
    yield from _consequences(rule, depth + 1)


def _steps(step: Step, depth: int) -> Iterator[Text]:
    for row in picture(step):
        yield line(visible(row), indent=depth)


def _bounds(rule: ExplainedRule, depth: int) -> Iterator[Text]:
    if rule.bound is None:
        return
    yield line(("sets: ", "bold"), bounds(bounds_given(rule.bound.bounds)), indent=depth)
    if rule.together is not None and rule.together.policies != (rule.rule.policy,):
        whose = visible(", ".join(rule.together.policies))
        left = bounds(bounds_given(rule.together.bounds))
        yield line(("in force: ", "bold"), f"{left} ({whose})", indent=depth)


def _consequences(rule: ExplainedRule, depth: int) -> Iterator[Text]:
    for word, given in (("obliges to", rule.rule.obligations), ("advises", rule.rule.advice)):
        for name, value in given_values(given).items():
            yield line((f"{word}: ", "bold"), assigned(name, value), indent=depth)
    if rule.message:
        yield line(("message: ", "bold"), in_one_line(rule.message), indent=depth)
    if rule.remedy:
        yield line(("remedy: ", "bold"), in_one_line(rule.remedy), indent=depth)
    for waiver in rule.waivers:
        yield line(("waiver: ", "bold"), _waiver(waiver), indent=depth)


def _waiver(naming: NamingWaiver) -> str:
    waiver = naming.waiver
    effect = f"lifts nothing here, {naming.obstacle}" if naming.obstacle else "lifts this"
    terms = f"owner {waiver.owner}, approved by {waiver.approver}, until {rfc3339(waiver.expires)}"
    if waiver.max_uses is not None:
        terms += f", uses in all {waiver.max_uses}"
    return in_one_line(f"`{waiver.name}` {effect} ({terms}): {waiver.reason}")


def _missing(missing: MissingPermit) -> Iterator[Text]:
    demand = missing.demand
    yield line((ReasonCode.UNPERMITTED, "bold red"), f"  {demand.layer} {demand.item}")
    named = quoted(demand.name or demand.item)
    yield line(
        f"layer `{demand.layer}` is closed for {demand.area}, and no policy of it permits {named}", indent=1
    )
    if not missing.considered:
        yield line("it has no rule that could: ask it for a policy that permits this", indent=1)
    for rule in missing.considered:
        yield from _rule(rule, 1)
