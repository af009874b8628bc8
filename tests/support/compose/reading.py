"""What every rule says, found one rule at a time by the interpreter and put together from the design alone.

No generated code, sieve, index, budget or kernel has a part in it.
"""

from collections.abc import Iterator, Mapping

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.program import Program
from interlock.cel.values import EvaluationError, LimitExceeded, Timestamp
from interlock.identity import WaiverName
from interlock.loading.compiled import CompiledPolicy, CompiledRule
from interlock.loading.policyset import PolicySet
from interlock.model.area import Area, items, path
from interlock.model.intent import Intent
from interlock.model.policy import Effect, OnError
from interlock.model.verdict import Outcome, Verdict
from support.strategies import NOW


def read(policies: PolicySet, intent: Intent) -> list[Verdict]:
    """Everything that rules say of `intent`, with no words but an error's."""
    return [
        _waived(policies, intent, verdict)
        for compiled in policies.compiled
        if compiled.policy.match.covers(intent["action"], intent["kind"])
        for number, item in enumerate(items(compiled.policy.area, intent))
        for verdict in _of_policy(
            policies, compiled, {**_bound(intent), compiled.policy.area.variable: item}, number
        )
    ]


def counts(intent: Intent) -> dict[Area, int]:
    """How many items `intent` has in each area."""
    return {area: len(items(area, intent)) for area in Area}


def _of_policy(
    policies: PolicySet, compiled: CompiledPolicy, bound: Mapping[str, object], number: int
) -> Iterator[Verdict]:
    activation = Activation(bound)
    activation.programs = compiled.variables
    spent: list[int] = []
    applies = True if compiled.when is None else value(compiled.when, activation, spent)
    if applies is True:
        found = [value(rule.program, activation, spent) for rule in compiled.rules]
    else:
        found = [applies and f"match.when: {applies}" for _ in compiled.rules]
    most = policies.costs.policy
    if sum(spent) > most:
        found = [f"the policy costs more than {most} over one item" for _ in compiled.rules]
    elif applies is False:
        return
    for rule, each in zip(compiled.rules, found, strict=True):
        outcome = _outcome(rule, each)
        is_failed = outcome is Outcome.ERRORED
        yield Verdict(
            rule=rule.id,
            outcome=outcome,
            item=path(compiled.policy.area, number),
            error=str(each) if is_failed else "",
            ignored=is_failed and compiled.policy.on_error is OnError.IGNORE,
        )


def _outcome(rule: CompiledRule, found: object) -> Outcome:
    if not isinstance(found, bool):
        return Outcome.ERRORED
    if rule.id.effect is Effect.PERMIT:
        return Outcome.PERMITTED if found else Outcome.NOT_APPLICABLE
    return Outcome.SATISFIED if found is (rule.id.effect is Effect.REQUIRE) else Outcome.VIOLATED


def _waived(policies: PolicySet, intent: Intent, verdict: Verdict) -> Verdict:
    rule = verdict.rule
    for waiver in policies.waivers:
        is_named = any(
            (each.policy, each.rule, each.digest) == (rule.policy, rule.rule, rule.digest)
            for each in waiver.rules
        )
        is_reached = policies.layers.rank[waiver.layer] <= policies.layers.rank[rule.layer]
        is_in_force = waiver.starts <= NOW < waiver.expires
        is_lifting = is_named and is_reached and is_in_force and verdict.outcome is Outcome.VIOLATED
        if is_lifting and covers(policies, waiver.name, intent):
            return Verdict(rule=rule, outcome=verdict.outcome, item=verdict.item, waiver=waiver.name)
    return verdict


def covers(policies: PolicySet, waiver: str, intent: Intent) -> bool:
    """Whether the scope of the waiver of this name is true."""
    return value(policies.scopes[WaiverName(waiver)], _bound(intent)) is True


def _bound(intent: Intent) -> dict[str, object]:
    return {"intent": intent, "object": intent["object"], "now": Timestamp(NOW * 1_000_000)}


def value(program: Program, bound: Mapping[str, object], spent: list[int] | None = None) -> bool | str:
    """What `program` evaluates to by the interpreter: true, false, or what went wrong.

    `spent` gets what it cost.
    """
    activation = bound if isinstance(bound, Activation) else Activation(bound)
    meter = Meter(limit=program.guard.limit)
    try:
        found = program.measure(activation, meter)
    except (EvaluationError, LimitExceeded) as error:
        return str(error)
    finally:
        if spent is not None:
            spent.append(meter.total)
    return found if isinstance(found, bool) else "the expression is not a bool"
