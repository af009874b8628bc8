"""Suites to trials: each case decided by the engine that serves, and compared.

Policies are loaded once for all suites that test the same ones.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from interlock.decisionlog.record import record
from interlock.documents.files import find
from interlock.engine.consult import consult
from interlock.engine.decide import Engine
from interlock.engine.document import Decided, decide_document
from interlock.engine.seen import seen_in
from interlock.errors import AuthorError, Problem, RequestError
from interlock.foreign.described import Described
from interlock.foreign.policy import ValidatingPolicy
from interlock.loading.compiled import CompiledPolicy
from interlock.loading.policyset import PolicySet, load
from interlock.model.layers import Layers
from interlock.model.policy import Effect
from interlock.policytest.around import described_by
from interlock.policytest.coverage import Coverage, ExpressionCoverage, RuleCoverage, ValidationCoverage
from interlock.policytest.expect import Failure, failures
from interlock.policytest.given import balances_of
from interlock.policytest.suite import Case, Suite

_BEFORE: Final = frozenset({"accounts", "run"})


@dataclass(frozen=True, slots=True)
class Trial:
    """One case that was tried; it passed if nothing failed."""

    suite: Suite
    case: Case
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All trials in the order of their files, and what they made the rules say."""

    trials: tuple[Trial, ...]
    coverage: tuple[RuleCoverage, ...]
    branches: tuple[ExpressionCoverage, ...]
    validations: tuple[ValidationCoverage, ...]


def run(
    suites: Iterable[Suite],
    chosen: Callable[[Suite, Case], bool],
    loader: Callable[[Iterable[Path]], PolicySet] = load,
) -> Report:
    """What came of all `chosen` cases of `suites`, with the policies that `loader` makes of their files.

    Raises:
        AuthorError: policies don't load; all problems of all suites.
    """
    picked = [(suite, [case for case in suite.cases if chosen(suite, case)]) for suite in suites]
    stage = _Stage(loader)
    benches = [(suite, cases, stage.bench(suite)) for suite, cases in picked if cases]
    if stage.problems:
        raise AuthorError(stage.problems)
    coverage = Coverage()
    trials: list[Trial] = []
    for suite, cases, bench in ((suite, cases, bench) for suite, cases, bench in benches if bench):
        coverage.expect(bench.tested)
        coverage.expect_validations(bench.validating)
        trials += [Trial(suite, case, bench.attempt(case, coverage)) for case in cases]
    return Report(tuple(trials), coverage.rules(), coverage.expressions(), coverage.validations())


@dataclass(frozen=True, slots=True)
class _Bench:
    """An engine with the policies of one suite, and those of them that are under test."""

    engine: Engine
    tested: tuple[CompiledPolicy, ...]
    validating: tuple[ValidatingPolicy, ...]

    def attempt(self, case: Case, coverage: Coverage) -> tuple[Failure, ...]:
        try:
            there = described_by(case.given, case.input)
        except RequestError as error:
            return (Failure(place=("given",), expected="what can be around a request", came=str(error)),)
        try:
            decided = self._decided(case, there)
        except RequestError as error:
            return (Failure(place=("input",), expected="an input that can be understood", came=str(error)),)
        if decided.decision.kubernetes is not None:
            coverage.refused(decided.decision.kubernetes)
        seen = seen_in(decided.decision, decided.intent)
        coverage.add(consult(self.tested, decided.intent, case.now, seen))
        return failures(case.expect, record(decided.decision))

    def _decided(self, case: Case, there: Described) -> Decided:
        """What is decided where all is as the case says that it was."""
        asked = there.request(case.input)
        around = there.around(asked)
        decided = decide_document(self.engine, asked, now=case.now, around=around)
        if case.given.model_fields_set.isdisjoint(_BEFORE):
            return decided
        # What a run did before is told by what is asked now, which only its Intent has.
        found = balances_of(case.given, decided.intent, case.now)
        return decide_document(self.engine, asked, now=case.now, balances=found, around=around)


@dataclass(slots=True)
class _Stage:
    """Loads policies, each combination once; `problems` collects what is wrong with them."""

    loader: Callable[[Iterable[Path]], PolicySet]
    problems: list[Problem] = field(default_factory=list)
    _loaded: dict[tuple[Path, ...], PolicySet | None] = field(default_factory=dict)

    def bench(self, suite: Suite) -> _Bench | None:
        """The bench of `suite`, or None where its policies have problems."""
        policies = self._load((*suite.policies, *suite.further))
        if policies is None:
            return None
        files = {os.path.realpath(file) for file in find(suite.policies)[0]}
        tested = tuple(
            compiled for compiled in policies.compiled if os.path.realpath(compiled.policy.span.file) in files
        )
        validating = tuple(
            compiled.policy
            for compiled in policies.kubernetes.validating
            if os.path.realpath(compiled.policy.span.file) in files
        )
        engine = Engine(_isolated(policies, tested) if suite.is_isolated else policies)
        return _Bench(engine, tested, validating)

    def _load(self, paths: tuple[Path, ...]) -> PolicySet | None:
        if paths not in self._loaded:
            try:
                self._loaded[paths] = self.loader(paths)
            except AuthorError as error:
                self._loaded[paths] = None
                self.problems += error.problems
        return self._loaded[paths]


def _isolated(policies: PolicySet, tested: Iterable[CompiledPolicy]) -> PolicySet:
    """`policies` whose layers are closed only where a policy of `tested` has a permit for it."""
    permitted = {
        (rule.id.layer, rule.id.area)
        for compiled in tested
        for rule in compiled.rules
        if rule.id.effect is Effect.PERMIT
    }
    order = tuple(
        replace(layer, closed=frozenset(area for area in layer.closed if (layer.name, area) in permitted))
        for layer in policies.layers.order
    )
    return replace(policies, layers=Layers(order))
