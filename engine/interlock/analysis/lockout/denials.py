"""Who denies, and where they stand: the places of all that a decision rests on."""

from collections.abc import Iterator
from dataclasses import dataclass

from interlock.loading.policyset import PolicySet
from interlock.model.decision import Decision
from interlock.spans import Span

NOWHERE = Span("<policy set>", 1, 1)
"""Where closed layers stand: in a document of their own, or in none."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Who denies, by a place; undecided where it depends on what only a cluster knows."""

    span: Span
    is_undecided: bool = False


def deniers(decision: Decision, policies: PolicySet) -> Iterator[Denied]:
    """All who deny in `decision`."""
    spans = {compiled.policy.name: compiled.policy.span for compiled in policies.compiled}
    budgets = {compiled.budget.name: compiled.budget.span for compiled in policies.budgets}
    yield from (Denied(verdict.rule.span) for verdict in decision.denials)
    if decision.missing:
        yield Denied(NOWHERE)
    yield from (Denied(spans[name]) for conflict in decision.conflicts for name in conflict.policies)
    yield from (Denied(budgets.get(each.budget, NOWHERE)) for each in decision.uncharged)
    if decision.kubernetes is not None:
        kubernetes = (*policies.kubernetes.validating, *policies.kubernetes.mutating)
        theirs = {each.policy.name: each.policy.span for each in kubernetes}
        for denial in decision.kubernetes.denials:
            yield Denied(theirs.get(denial.policy, NOWHERE), is_undecided=denial.is_error)
