"""Why a decision is what it is: pure, from the policies, the Intent and the decision.

It re-reads the rules that the decision rests on with the exact interpreter
and keeps what each sub-expression was. It decides nothing itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interlock.cel.explanation.trace import Step, trace
from interlock.decisionlog.codes import ReasonCode
from interlock.engine.consult import Consulted, activation_of, consult
from interlock.engine.explanation import ExplainedRule, Explanation, MissingPermit, NamingWaiver
from interlock.engine.judge import outcome
from interlock.engine.refusals import explained_refusals
from interlock.engine.seen import seen_in
from interlock.engine.tracing import variables_read
from interlock.foreign.requests import KubernetesRequest
from interlock.identity import WaiverName
from interlock.loading.compiled import CompiledLimit
from interlock.loading.policyset import PolicySet
from interlock.model.decision import Decision, Demand, Limitation
from interlock.model.intent import Intent
from interlock.model.policy import Effect, Match
from interlock.model.verdict import Outcome, RuleId, Verdict
from interlock.model.waiver import Waiver
from interlock.units import Instant


def explain(
    policies: PolicySet, intent: Intent, decision: Decision, request: KubernetesRequest | None = None
) -> Explanation:
    """Why `decision` is what `policies` say of `intent`, and Kubernetes' policies of `request`."""
    now, rank = decision.now, policies.layers.rank
    consulted = sorted(
        consult(policies.compiled, intent, now, seen_in(decision, intent)),
        key=lambda one: (rank[one.rule.id.layer], one.rule.id.policy, one.rule.id.rule, one.item),
    )
    limits = {(limit.item, limit.of): limit for limit in decision.limits}
    exhausted = {balance.waiver for balance in decision.uses if not balance.left}
    scene = _Scene(policies, intent, now, _verdicts(decision), limits, exhausted)
    return Explanation(
        decision=decision,
        rules=tuple(scene.explained(one) for one in consulted if one.applies is not False),
        missing=tuple(
            MissingPermit(demand, tuple(scene.explained(one) for one in consulted if _could_meet(one, demand)))
            for demand in decision.missing
        ),
        refusals=()
        if request is None or decision.kubernetes is None
        else explained_refusals(policies.kubernetes, request, decision.kubernetes),
    )


def _could_meet(one: Consulted, demand: Demand) -> bool:
    rule = one.rule.id
    spoken_for = (rule.layer, rule.area, one.item)
    return rule.effect is Effect.PERMIT and spoken_for == (demand.layer, demand.area, demand.item)


def _verdicts(decision: Decision) -> dict[tuple[RuleId, str], Verdict]:
    """What the decision says of each rule and item."""
    said = (*decision.denials, *decision.waived, *decision.errors)
    unenforced = (*decision.warnings, *decision.audits, *decision.tried)
    return {(verdict.rule, verdict.item): verdict for verdict in (*said, *unenforced)}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all explanations of one decision share."""

    policies: PolicySet
    intent: Intent
    now: Instant
    verdicts: dict[tuple[RuleId, str], Verdict]
    limits: dict[tuple[str, str], Limitation]
    exhausted: set[WaiverName]

    def explained(self, one: Consulted) -> ExplainedRule:
        rule = one.rule.id
        obstacle = _mismatch(one.compiled.policy.match, self.intent)
        when = one.compiled.when if one.applies is not True and not obstacle else None
        program = when or one.program
        step = None if obstacle else trace(program, one.activation)
        computed = tuple(_computed(one)) if one.applies is True else ()
        verdict = self.verdicts.get((rule, one.item))
        return ExplainedRule(
            rule=rule,
            item=one.item,
            outcome=_outcome(one),
            clause="match.when" if when else rule.effect,
            expression=None if obstacle else program.source,
            step=step,
            variables=tuple(
                variables_read(
                    [step for step in (step, *dict(computed).values()) if step],
                    one.compiled.variables,
                    one.activation,
                )
            ),
            obstacle=obstacle or ("has a `match.when` that is false here" if one.applies is False else ""),
            message=verdict.message if verdict else "",
            remedy=verdict.remedy if verdict else "",
            waivers=tuple(self._waivers(rule, verdict)) if one.is_speaking else (),
            computed=computed,
            bound=one.bound,
            together=self.limits.get((one.item, one.bound.of)) if one.bound else None,
        )

    def _waivers(self, rule: RuleId, verdict: Verdict | None) -> Iterator[NamingWaiver]:
        """The waivers that name `rule`, by name. Loading saw to it that they reach it and have its digest."""
        for waiver in self.policies.waivers:
            if any((each.policy, each.rule) == (rule.policy, rule.rule) for each in waiver.rules):
                yield NamingWaiver(waiver, self._obstacle(waiver, verdict))

    def _obstacle(self, waiver: Waiver, verdict: Verdict | None) -> str:
        if self.now < waiver.starts:
            return "it is not in force yet"
        if not waiver.is_in_force(self.now):
            return "it has expired"
        covers = outcome(self.policies.scopes[waiver.name], activation_of(self.intent, self.now))
        if isinstance(covers, str):
            return f"its scope could not be evaluated: {covers}"
        if not covers:
            return "its scope is false"
        return "all its uses are taken" if waiver.name in self.exhausted else _spared(waiver, verdict)


def _spared(waiver: Waiver, verdict: Verdict | None) -> str:
    """Why a waiver that could lift `verdict` does not, or nothing where it does."""
    lifting = waiver.name if verdict is None else verdict.waiver
    return "" if lifting in {waiver.name, None} else f"`{lifting}` does already"


def _mismatch(match: Match, intent: Intent) -> str:
    """Why a policy is not about Intents of this action and kind, or nothing where it is."""
    if match.actions and intent["action"] not in match.actions:
        return f"is about {_listed(match.actions)}, not `{intent['action']}`"
    if match.kinds and intent["kind"] not in match.kinds:
        return f"is about {_listed(match.kinds)}, not `{intent['kind']}`"
    return ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def _outcome(one: Consulted) -> str:
    if one.error:
        return Outcome.ERRORED
    if one.applies is False:
        return Outcome.NOT_APPLICABLE
    if one.rule.id.effect is Effect.PERMIT:
        return Outcome.PERMITTED if one.is_speaking else ReasonCode.UNPERMITTED
    return Outcome.VIOLATED if one.is_speaking else Outcome.SATISFIED


def _computed(one: Consulted) -> Iterator[tuple[str, Step]]:
    """The bounds of a limit that are expressions."""
    if isinstance(one.rule, CompiledLimit):
        for name, program in one.rule.computed.items():
            yield name, trace(program, one.activation)
