"""Everything that can be said of a policy set without a request."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interlock.analysis.conditions import conditions, failures
from interlock.analysis.finding import Finding, Severity
from interlock.analysis.obliging import obliging
from interlock.analysis.openness import openness
from interlock.analysis.releases import beyond
from interlock.analysis.worst import Sizes, worst_case
from interlock.cel.libraries.kubernetes.versions import Version
from interlock.cel.program import Program
from interlock.cel.tree import variables
from interlock.identity import PolicyName
from interlock.loading.compiled import CompiledPolicy
from interlock.loading.policyset import PolicySet
from interlock.model.costs import CostLimits
from interlock.spans import Span
from interlock.spelling import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionCost:
    """What one expression of a policy costs at worst; `clause` is its rule's name or `match.when`."""

    policy: PolicyName
    clause: str
    span: Span
    cost: int


@dataclass(frozen=True, slots=True)
class Lint:
    """The costs of all expressions that decide, the dearest first, and what was found, by place."""

    costs: tuple[ExpressionCost, ...]
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing has to be changed."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def with_findings(self, findings: Iterable[Finding]) -> "Lint":
        """The same with `findings`, too."""
        return Lint(self.costs, tuple(sorted({*self.findings, *findings})))


def lint(policies: PolicySet, sizes: Sizes, release: Version | None) -> Lint:
    """What is to be said of `policies` where data is of `sizes`, and of what `release` of Kubernetes lacks."""
    costs = [cost for compiled in policies.compiled for cost in _costs(compiled, sizes)]
    findings = [
        *(finding for compiled in policies.compiled for finding in _findings(compiled, release)),
        *_dear(costs, policies.costs),
    ]
    costs.sort(key=lambda each: (-each.cost, each.span))
    return Lint(tuple(costs), tuple(sorted(set(findings))))


def _costs(compiled: CompiledPolicy, sizes: Sizes) -> Iterator[ExpressionCost]:
    for clause, program in compiled.deciding:
        if clause in compiled.variables:
            continue  # whatever reads it counts it
        cost = worst_case(program, compiled.variables, sizes)
        yield ExpressionCost(policy=compiled.policy.name, clause=clause, span=program.source.span, cost=cost)


def _dear(costs: Iterable[ExpressionCost], limits: CostLimits) -> Iterator[Finding]:
    """The expressions and policies that may cost more than they are allowed to."""
    totals: dict[PolicyName, tuple[Span, int]] = {}
    for each in costs:
        span, total = totals.get(each.policy, (each.span, 0))
        totals[each.policy] = span, total + each.cost
        if each.cost > limits.expression:
            message = (
                f"may cost {each.cost:,}, which is more than {limits.expression:,}: bound what it loops over"
            )
            yield Finding(each.span, Severity.ERROR, message)
    for policy, (span, total) in totals.items():
        if total > limits.policy:
            message = f"policy {quoted(policy)} may cost {total:,} in all, which is more than {limits.policy:,}"
            yield Finding(span, Severity.ERROR, f"{message}: split it")


def _findings(compiled: CompiledPolicy, release: Version | None) -> Iterator[Finding]:
    for clause, program in compiled.deciding:
        yield from conditions(program, decides=clause not in compiled.variables)
    for program in _all(compiled):
        yield from failures(program)
        if release is not None:
            yield from beyond(program, release)
    yield from openness(compiled)
    yield from obliging(compiled)
    yield from _unread(compiled)


def _all(compiled: CompiledPolicy) -> Iterator[Program]:
    """Every expression of a policy."""
    yield from (program for _, program in compiled.deciding)
    yield from (rule.message for rule in compiled.rules if rule.message is not None)


def _unread(compiled: CompiledPolicy) -> Iterator[Finding]:
    """The variables that no expression reads."""
    read = frozenset[str]().union(*(variables(program.node) for program in _all(compiled)))
    for name, program in compiled.variables.items():
        if name not in read:
            yield Finding(program.source.span, Severity.WARNING, f"nothing reads {quoted(name)}")
