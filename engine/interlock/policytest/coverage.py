"""Which rules the cases made true, false or fail, which never said anything, and which branches were taken."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.explanation.coverage import Branch, Taken, branches
from interlock.cel.program import Program
from interlock.cel.text.unparse import unparse
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.engine.consult import Consulted
from interlock.foreign.policy import ValidatingPolicy
from interlock.identity import PolicyName
from interlock.loading.compiled import CompiledPolicy
from interlock.model.ruling import Ruling
from interlock.model.verdict import RuleId
from interlock.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """How often one rule was true, false or failed, over all items of all cases; a limit is true within bounds.

    `is_exercised` says whether it denied or permitted at least once.
    """

    rule: RuleId
    true: int
    false: int
    errors: int
    is_exercised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationCoverage:
    """How often a validation of one of Kubernetes' policies, by its place, was not true over all cases."""

    policy: str
    index: int
    span: Span
    failures: int


@dataclass(frozen=True, slots=True)
class MissedBranch:
    """A condition that no case gave this value, and where it stands."""

    span: Span
    condition: str
    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionCoverage:
    """How many branches of one expression of a policy were taken, and the others.

    `clause` is the rule's name, `match.when` or `variables.NAME`.
    """

    policy: PolicyName
    clause: str
    taken: int
    missed: tuple[MissedBranch, ...]


@dataclass(frozen=True, slots=True)
class _Expression:
    """One expression under test and what its evaluations took."""

    policy: PolicyName
    clause: str
    program: Program
    seen: Taken = field(default_factory=Taken)

    def evaluate(self, activation: Activation) -> None:
        try:
            self.program.trace(activation, self.seen)
        except (EvaluationError, LimitExceeded):
            return  # what was evaluated before it failed was seen

    def coverage(self) -> ExpressionCoverage:
        found = branches(self.program.node)
        missed = tuple(self._missed(branch) for branch in found if not self.seen.covers(branch))
        return ExpressionCoverage(
            policy=self.policy, clause=self.clause, taken=len(found) - len(missed), missed=missed
        )

    def _missed(self, branch: Branch) -> MissedBranch:
        condition = branch.condition
        return MissedBranch(self.program.source.at(condition.place.offset), unparse(condition), branch.value)


@dataclass(slots=True)
class Coverage:
    """Counts that grow case by case."""

    _seen: dict[RuleId, Counter[str]] = field(default_factory=dict)
    _expressions: dict[Program, _Expression] = field(default_factory=dict)
    _validations: dict[tuple[str, int], Span] = field(default_factory=dict)
    _failures: Counter[tuple[str, int]] = field(default_factory=Counter)

    def expect(self, policies: Iterable[CompiledPolicy]) -> None:
        """The rules of `policies` are under test, whether or not a case reaches them."""
        for compiled in policies:
            for clause, program in compiled.deciding:
                self._expressions.setdefault(program, _Expression(compiled.policy.name, clause, program))
            for rule in compiled.rules_and_limits:
                self._seen.setdefault(rule.id, Counter())

    def expect_validations(self, policies: Iterable[ValidatingPolicy]) -> None:
        """The validations of `policies` are under test, whether or not a case reaches them."""
        for policy in policies:
            for index, validation in enumerate(policy.validations):
                self._validations[policy.name, index] = validation.expression.span

    def refused(self, ruling: Ruling) -> None:
        """Count the validations that were not true; of one that failed nobody knows."""
        against = (*ruling.denials, *ruling.warnings, *ruling.audited)
        # One that is warned of and audited was evaluated once.
        told = {(each.policy, each.binding, each.params, each.index) for each in against if not each.is_error}
        self._failures.update((policy, index) for policy, _, _, index in told)

    def add(self, consulted: Iterable[Consulted]) -> None:
        """Count what rules under test said, and the branches that their evaluation took."""
        for one in consulted:
            if one.rule.id not in self._seen:
                continue
            if one.is_considered:
                self._take(one)
            if one.applies is not False:
                self._seen[one.rule.id].update(_marks(one))

    def _take(self, one: Consulted) -> None:
        compiled = one.compiled
        read: list[Any] = [compiled.when]
        if one.applies is True:
            read += [*one.rule.programs, *compiled.variables.values()]
        for program in read:
            if program is not None:
                self._expressions[program].evaluate(one.activation)

    def rules(self) -> tuple[RuleCoverage, ...]:
        """Every rule under test, by file and position."""
        return tuple(
            RuleCoverage(
                rule=rule,
                true=seen["true"],
                false=seen["false"],
                errors=seen["error"],
                is_exercised=seen["spoke"] > 0,
            )
            for rule, seen in sorted(self._seen.items(), key=lambda pair: (pair[0].span, pair[0].rule))
        )

    def validations(self) -> tuple[ValidationCoverage, ...]:
        """Every validation under test, by file and position."""
        return tuple(
            ValidationCoverage(policy=policy, index=index, span=span, failures=self._failures[policy, index])
            for (policy, index), span in sorted(self._validations.items(), key=lambda item: item[1])
        )

    def expressions(self) -> tuple[ExpressionCoverage, ...]:
        """Every expression under test that has branches, in the order of policies and of their text."""
        found = [expression.coverage() for expression in self._expressions.values()]
        return tuple(each for each in found if each.taken or each.missed)


def _marks(one: Consulted) -> Iterator[str]:
    if one.error:
        yield "error"
        return
    yield "true" if one.value is True else "false"
    if one.is_speaking:
        yield "spoke"
