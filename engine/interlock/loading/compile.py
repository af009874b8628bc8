"""Policies to compiled policies: every expression checked in the scope that it is read in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.literals import problems as literal_problems
from interlock.cel.program import Program
from interlock.cel.text.unparse import unparse
from interlock.cel.types import BOOL, DYN, STRING, CelType
from interlock.errors import Problem
from interlock.loading.compiled import (
    CompiledBudget,
    CompiledLimit,
    CompiledMutation,
    CompiledPolicy,
    CompiledRule,
)
from interlock.loading.environments import SEEN, unseeing
from interlock.loading.libraries import CompiledLibrary
from interlock.loading.limits import BOUND_TYPES, measure_problems
from interlock.loading.objects import OBJECT, Schemas, reads_object
from interlock.model.area import Area
from interlock.model.budget import Budget
from interlock.model.library import LibraryId
from interlock.model.limit import Bound, Limit
from interlock.model.policy import Effect, Policy, Rule
from interlock.model.verdict import RuleId
from interlock.model.waiver import Waiver
from interlock.spans import SourceText

Views = tuple[tuple[Environment, ...], ...]
"""What expressions of one policy are checked in: for each kind that it is about, one of its API versions."""


@dataclass
class Compiler:
    """Compiles one policy set; `problems` collects what is wrong with it."""

    environments: Mapping[Area, Environment]
    libraries: Mapping[LibraryId, CompiledLibrary] = field(default_factory=dict)
    schemas: Schemas = field(default_factory=Schemas)
    problems: list[Problem] = field(default_factory=list)
    _scopes: dict[tuple[Area, tuple[LibraryId, ...]], Environment] = field(default_factory=dict)
    _typed_scopes: dict[tuple[int, str], tuple[Environment, ...]] = field(default_factory=dict)

    def policy(self, policy: Policy) -> CompiledPolicy | None:
        """The compiled `policy`, or None where something in it is wrong."""
        before = len(self.problems)
        scope = self._scope(policy)
        if scope is None:
            return None  # what calls the missing library would only repeat the problem
        views = self._views(policy, scope)
        when = self._program(views, policy.match.when, BOOL)
        named: dict[str, Program] = {}
        for variable in policy.variables:
            name = f"variables.{variable.name}"
            program = self._program(views, variable.expression)
            if program is None:
                return None  # what reads the variable would only repeat the problem
            named[name] = program
            views = tuple(tuple(view.with_variable(name, program) for view in kind) for kind in views)
        rules = [self._rule(policy, views, rule) for rule in policy.rules]
        limits = [self._limit(policy, views, limit) for limit in policy.limits]
        mutations = self._mutations(policy)
        if len(self.problems) > before:
            return None
        return CompiledPolicy(
            policy=policy,
            declarations=views[0][0].declarations,
            when=when,
            variables=named,
            rules=tuple(rule for rule in rules if rule is not None),
            limits=tuple(limit for limit in limits if limit is not None),
            mutations=mutations,
        )

    def scope(self, waiver: Waiver) -> Program | None:
        """The compiled scope of `waiver`."""
        return self._program(((self._of_intents,),), waiver.scope, BOOL)

    def budget(self, budget: Budget) -> CompiledBudget:
        """The compiled `budget`; where something in it is wrong it means nothing."""
        views = ((self._of_intents,),)
        when = self._program(views, budget.match.when, BOOL)
        return CompiledBudget(budget, when, self._program(views, budget.key, STRING))

    def _scope(self, policy: Policy) -> Environment | None:
        """What all expressions of `policy` can read, or None where something that it imports is missing."""
        imported = tuple(sorted((each.library for each in policy.imports), key=str))
        if not self.libraries.keys() >= set(imported):
            return None
        key = policy.area, imported
        if key not in self._scopes:
            scope = self.environments[policy.area]
            for library in (self.libraries[each] for each in imported):
                scope = scope.with_library(library.declared, library.definitions)
            self._scopes[key] = scope
        return self._scopes[key]

    def _views(self, policy: Policy, scope: Environment) -> Views:
        """`scope` with the type of the object, for each kind that `policy` is about, where all have one."""
        if not reads_object(policy.expressions):
            return ((scope,),)
        typed = [self._typed(scope, kind) for kind in sorted(policy.match.kinds)]
        return tuple(typed) if typed and all(typed) else ((scope,),)

    def _typed(self, scope: Environment, kind: str) -> tuple[Environment, ...]:
        """`scope` with the type of objects of `kind`, declared once for all policies: it takes long."""
        # A scope is kept, so no other one gets its identity.
        key = id(scope), kind
        if key not in self._typed_scopes:
            self._typed_scopes[key] = self.schemas.scopes(scope, kind)
        return self._typed_scopes[key]

    def _mutations(self, policy: Policy) -> tuple[CompiledMutation, ...]:
        """What `policy` changes. Conditions see no Intent, which is read from what is changed."""
        views = self._views(policy, self._of_objects)
        return tuple(CompiledMutation(each, self._program(views, each.when, BOOL)) for each in policy.mutations)

    @cached_property
    def _of_intents(self) -> Environment:
        return unseeing(self.environments[Area.INTENT])

    @cached_property
    def _of_objects(self) -> Environment:
        return replace(self.environments[Area.INTENT], variables={OBJECT: DYN, **SEEN}, trusted=dict(SEEN))

    def _rule(self, policy: Policy, views: Views, rule: Rule) -> CompiledRule | None:
        program = self._program(views, rule.expression, BOOL)
        message = self._program(views, rule.message_expression, STRING)
        if program is None:
            return None
        return CompiledRule(_identity(policy, rule, rule.effect), rule, program, message)

    def _limit(self, policy: Policy, views: Views, limit: Limit) -> CompiledLimit | None:
        of = self._program(views, limit.of)
        found = {name: self._program(views, text, BOUND_TYPES[name]) for name, text in limit.computed.items()}
        if of is None:
            return None
        self.problems += measure_problems(limit, of)
        return CompiledLimit(
            id=_identity(policy, limit, Effect.LIMIT),
            limit=limit,
            of=of,
            bound=Bound(unparse(of.node), limit.constants),
            computed={name: program for name, program in found.items() if program is not None},
        )

    def _program(
        self, views: Views, source: SourceText | None, expected: CelType | None = None
    ) -> Program | None:
        """The program of `source`, which every kind has to accept; all kinds compute the same."""
        if source is None:
            return None
        made: Program | None = None
        wrong: list[Problem] = []
        for versions in views:
            program, problems = _accepted(versions, source, expected)
            wrong += problems
            made = made or program
        self.problems += wrong
        return None if wrong or made is None else made


def _identity(policy: Policy, rule: Rule | Limit, effect: Effect) -> RuleId:
    return RuleId(
        policy=policy.name,
        rule=rule.name,
        layer=policy.layer,
        area=policy.area,
        effect=effect,
        enforcement=policy.enforcement,
        digest=rule.digest,
        span=rule.span,
        obligations=rule.obligations,
        advice=rule.advice,
    )


def _accepted(
    versions: Iterable[Environment], source: SourceText, expected: CelType | None
) -> tuple[Program | None, list[Problem]]:
    """The program of `source` in the first of `versions` that accepts it, or what the first finds wrong."""
    first: list[Problem] | None = None
    for version in versions:
        try:
            program = version.compile(source, expected=expected)
        except RejectedError as error:
            first = list(error.problems) if first is None else first
            continue
        return program, literal_problems(source, program.node, program.functions)
    return None, first or []
