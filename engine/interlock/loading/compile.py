"""Policies to compiled policies: every expression checked in the scope that it is read in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from interlock.cel.cost.guard import Guard
from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.declarations import Declarations, message_type
from interlock.cel.environment import Environment, Evaluator
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.literals import problems as literal_problems
from interlock.cel.program import Program
from interlock.cel.types import BOOL, DYN, STRING, TIMESTAMP, CelType
from interlock.errors import Problem
from interlock.loading.libraries import CompiledLibrary
from interlock.loading.objects import OBJECT, Schemas, reads_object
from interlock.loading.types import DECLARATIONS
from interlock.model.area import Area
from interlock.model.intent import Accelerator, Data, Image, Intent, Model, Tool
from interlock.model.library import LibraryId
from interlock.model.policy import Policy, Rule
from interlock.model.verdict import RuleId
from interlock.model.waiver import Waiver
from interlock.spans import SourceText

_RECORDS: Final = {
    Area.TOOLS: Tool,
    Area.MODELS: Model,
    Area.ACCELERATORS: Accelerator,
    Area.IMAGES: Image,
    Area.DATA: Data,
}
_INTENT: Final = {"intent": message_type(Intent), "now": TIMESTAMP}


def environments(
    evaluator: Evaluator = Evaluator.INTERLOCK, *, limit: int = PER_CALL_LIMIT
) -> dict[Area, Environment]:
    """What expressions on each area can read: `intent`, `now`, `object` and one item of the area.

    An evaluation costs `limit` at most.
    """
    return {area: replace(_environment(area, evaluator), limit=limit) for area in Area}


def _environment(area: Area, evaluator: Evaluator) -> Environment:
    trusted: dict[str, CelType] = dict(_INTENT)
    if area in _RECORDS:
        trusted[area.variable] = message_type(_RECORDS[area])
    return Environment(DECLARATIONS, {**trusted, OBJECT: DYN}, trusted, AVAILABLE, evaluator=evaluator)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule and its programs."""

    id: RuleId
    rule: Rule
    program: Program
    message: Program | None


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPolicy:
    """A policy and its programs.

    `variables` are keyed as expressions name them, `variables.x`, and
    `declarations` describe the types of what they read.
    """

    policy: Policy
    declarations: Declarations
    when: Program | None
    variables: Mapping[str, Program]
    rules: tuple[CompiledRule, ...]

    @property
    def guards(self) -> tuple[Guard, ...]:
        """What each expression that decides can cost."""
        when = () if self.when is None else (self.when.guard,)
        read = (*self.variables.values(), *(rule.program for rule in self.rules))
        return (*when, *(program.guard for program in read))


Views = tuple[tuple[Environment, ...], ...]
"""What expressions of one policy are checked in: for each kind that it is about, one of its API versions."""


@dataclass(slots=True)
class Compiler:
    """Compiles one policy set; `problems` collects what is wrong with it."""

    environments: Mapping[Area, Environment]
    libraries: Mapping[LibraryId, CompiledLibrary] = field(default_factory=dict)
    schemas: Schemas = field(default_factory=Schemas)
    problems: list[Problem] = field(default_factory=list)
    _scopes: dict[tuple[Area, tuple[LibraryId, ...]], Environment] = field(default_factory=dict)

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
        if len(self.problems) > before:
            return None
        compiled = tuple(rule for rule in rules if rule is not None)
        return CompiledPolicy(policy, views[0][0].declarations, when, named, compiled)

    def scope(self, waiver: Waiver) -> Program | None:
        """The compiled scope of `waiver`."""
        return self._program(((self.environments[Area.INTENT],),), waiver.scope, BOOL)

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
        typed = [self.schemas.scopes(scope, kind) for kind in sorted(policy.match.kinds)]
        return tuple(typed) if typed and all(typed) else ((scope,),)

    def _rule(self, policy: Policy, views: Views, rule: Rule) -> CompiledRule | None:
        program = self._program(views, rule.expression, BOOL)
        message = self._program(views, rule.message_expression, STRING)
        if program is None:
            return None
        identity = RuleId(
            policy=policy.name,
            rule=rule.name,
            layer=policy.layer,
            area=policy.area,
            effect=rule.effect,
            enforcement=policy.enforcement,
            digest=rule.digest,
            span=rule.span,
        )
        return CompiledRule(identity, rule, program, message)

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
