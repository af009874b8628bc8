"""What rules and limits came to, as the kernel's verdicts."""

from interlock.cel.activation import Activation
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.engine.limits import Measured
from interlock.loading.compiled import CompiledLimit, CompiledPolicy, CompiledRule
from interlock.model.policy import PERMIT, OnError
from interlock.model.verdict import ERRORED, PERMITTED, SATISFIED, VIOLATED, Verdict


def spoken(rule: CompiledRule, activation: Activation, item: str) -> Verdict:
    """What a rule says of `item` that is not silent."""
    if rule.id.effect is PERMIT:
        return Verdict(rule=rule.id, outcome=PERMITTED, item=item)
    return Verdict(
        rule=rule.id,
        outcome=VIOLATED,
        item=item,
        message=_message(rule, activation),
        remedy=rule.remedy,
    )


def limited(limit: CompiledLimit, found: Measured, item: str) -> Verdict:
    """What `limit` says of `item`: that it is violated, or what it sets all the same."""
    if not found.excess:
        return Verdict(rule=limit.id, outcome=SATISFIED, item=item, bound=found.bound)
    return Verdict(
        rule=limit.id,
        outcome=VIOLATED,
        item=item,
        message=limit.limit.message or found.excess,
        remedy=limit.remedy,
        bound=found.bound,
    )


def all_errored(compiled: CompiledPolicy, item: str, error: str) -> list[Verdict]:
    """That every rule and limit of the policy failed."""
    return [errored(compiled, asked, item, error) for asked in compiled.rules_and_limits]


def errored(compiled: CompiledPolicy, asked: CompiledRule | CompiledLimit, item: str, error: str) -> Verdict:
    """That `asked` failed: a denial, unless the policy ignores it and nobody's obligations depend on it."""
    is_due = asked.id.effect is PERMIT and asked.id.obligations
    unknown = ", so nobody knows whether its obligations are due" if is_due else ""
    return Verdict(
        rule=asked.id,
        outcome=ERRORED,
        item=item,
        message=f"could not be evaluated{unknown}: {error}",
        remedy=asked.remedy,
        error=error,
        ignored=compiled.policy.on_error is OnError.IGNORE and not is_due,
    )


def _message(rule: CompiledRule, activation: Activation) -> str:
    """The rule's message; the fixed one where the computed one fails."""
    if rule.message is not None:
        try:
            value = rule.message.evaluate(activation)
        except (EvaluationError, LimitExceeded):
            value = None
        if isinstance(value, str) and value.strip():
            return value.strip()
    return rule.rule.message or f"failed: {rule.rule.expression.text.strip()}"
