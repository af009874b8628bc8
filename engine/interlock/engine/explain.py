"""Why a decision is what it is: pure, from the policies, the Intent and the decision.

It re-reads the rules that the decision rests on with the exact interpreter
and keeps what each sub-expression was. It decides nothing itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interlock.cel.explanation.trace import Step, trace
from interlock.cel.ir import Variable
from interlock.engine.consult import Consulted, activation_of, consult, mismatch
from interlock.engine.judge import outcome
from interlock.loading.policyset import PolicySet
from interlock.model.decision import Decision, Demand
from interlock.model.intent import Intent
from interlock.model.policy import Effect
from interlock.model.verdict import Outcome, RuleId, Verdict
from interlock.model.waiver import Waiver
from interlock.spans import SourceText
from interlock.units import Instant

UNPERMITTED = "unpermitted"
"""What a permit whose expression is false says; a demand that nothing meets goes by the same word."""


@dataclass(frozen=True, slots=True)
class NamingWaiver:
    """A waiver that names the rule; `obstacle` is why it lifts nothing here, or nothing where it lifts."""

    waiver: Waiver
    obstacle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRule:
    """What one rule said of one item, and why.

    `clause` is the part of the policy that settled it: the rule's effect, or
    `match.when` where that is why the policy does not apply or nobody knows
    whether it does. `expression` is that part as it was written and `step`
    what it was made of; both are None where action or kind don't match.
    `variables` are the policy's own that were read, each once, in the order
    in which they were first read.
    """

    rule: RuleId
    item: str
    outcome: str
    clause: str
    expression: SourceText | None
    step: Step | None
    variables: tuple[tuple[str, Step], ...]
    obstacle: str = ""
    """Why the policy does not apply, as the rest of a sentence about it, or nothing where it does."""
    message: str = ""
    remedy: str = ""
    waivers: tuple[NamingWaiver, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the rule neither denies nor permits nor fails."""
        return self.outcome in {Outcome.SATISFIED, Outcome.NOT_APPLICABLE, UNPERMITTED}


@dataclass(frozen=True, slots=True)
class MissingPermit:
    """A demand that no permit met, and every permit of that layer and area with why it did not."""

    demand: Demand
    considered: tuple[ExplainedRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with all rules that apply, in the decision's order, and all permits that it lacks."""

    decision: Decision
    rules: tuple[ExplainedRule, ...]
    missing: tuple[MissingPermit, ...]


def explain(policies: PolicySet, intent: Intent, decision: Decision) -> Explanation:
    """Why `decision` is what `policies` say of `intent`."""
    now, rank = decision.now, policies.layers.rank
    consulted = sorted(
        consult(policies.compiled, intent, now),
        key=lambda one: (rank[one.rule.id.layer], one.rule.id.policy, one.rule.id.rule, one.item),
    )
    scene = _Scene(policies, intent, now, _verdicts(decision))
    return Explanation(
        decision=decision,
        rules=tuple(scene.explained(one) for one in consulted if one.applies is not False),
        missing=tuple(
            MissingPermit(demand, tuple(scene.explained(one) for one in consulted if _could_meet(one, demand)))
            for demand in decision.missing
        ),
    )


def _could_meet(one: Consulted, demand: Demand) -> bool:
    rule = one.rule.id
    spoken_for = (rule.layer, rule.area, one.item)
    return rule.effect is Effect.PERMIT and spoken_for == (demand.layer, demand.area, demand.item)


def _verdicts(decision: Decision) -> dict[tuple[RuleId, str], Verdict]:
    """What the decision says of each rule and item."""
    said = (decision.denials, decision.waived, decision.errors, decision.warnings, decision.audits)
    return {(verdict.rule, verdict.item): verdict for verdicts in said for verdict in verdicts}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all explanations of one decision share."""

    policies: PolicySet
    intent: Intent
    now: Instant
    verdicts: dict[tuple[RuleId, str], Verdict]

    def explained(self, one: Consulted) -> ExplainedRule:
        rule = one.rule.id
        obstacle = mismatch(one.compiled.policy, self.intent)
        when = one.compiled.when if one.applies is not True and not obstacle else None
        program = when or one.rule.program
        step = None if obstacle else trace(program, one.activation)
        verdict = self.verdicts.get((rule, one.item))
        return ExplainedRule(
            rule=rule,
            item=one.item,
            outcome=_outcome(one),
            clause="match.when" if when else rule.effect,
            expression=None if obstacle else program.source,
            step=step,
            variables=tuple(_variables(step, one)),
            obstacle=obstacle or ("has a `match.when` that is false here" if one.applies is False else ""),
            message=verdict.message if verdict else "",
            remedy=verdict.remedy if verdict else "",
            waivers=tuple(self._waivers(rule)) if one.is_speaking else (),
        )

    def _waivers(self, rule: RuleId) -> Iterator[NamingWaiver]:
        """The waivers that name `rule`, by name. Loading saw to it that they reach it and have its digest."""
        for waiver in self.policies.waivers:
            if any((each.policy, each.rule) == (rule.policy, rule.rule) for each in waiver.rules):
                yield NamingWaiver(waiver, self._obstacle(waiver))

    def _obstacle(self, waiver: Waiver) -> str:
        if self.now < waiver.starts:
            return "it is not in force yet"
        if not waiver.is_in_force(self.now):
            return "it has expired"
        covers = outcome(self.policies.scopes[waiver.name], activation_of(self.intent, self.now))
        if isinstance(covers, str):
            return f"its scope could not be evaluated: {covers}"
        return "" if covers else "its scope is false"


def _outcome(one: Consulted) -> str:
    if one.error:
        return Outcome.ERRORED
    if one.applies is False:
        return Outcome.NOT_APPLICABLE
    if one.rule.id.effect is Effect.PERMIT:
        return Outcome.PERMITTED if one.is_speaking else UNPERMITTED
    return Outcome.VIOLATED if one.is_speaking else Outcome.SATISFIED


def _variables(step: Step | None, one: Consulted) -> Iterator[tuple[str, Step]]:
    """The policy's variables that `step` read, and those that they read in turn."""
    programs = one.compiled.variables
    pending = [step] if step else []
    seen: set[str] = set()
    while pending:
        for name in _read(pending.pop(0)):
            if name in programs and name not in seen:
                seen.add(name)
                found = trace(programs[name], one.activation)
                pending.append(found)
                yield name, found


def _read(step: Step) -> Iterable[str]:
    """The names of all variables in `step`, as they come."""
    pending = [step]
    while pending:
        current = pending.pop()
        if isinstance(current.node, Variable):
            yield current.node.name
        pending.extend(reversed(current.parts))
