"""Policies to compiled policies: every expression checked in the scope that it is read in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from interlock.cel.declarations import declare, message_type
from interlock.cel.environment import Environment, Evaluator
from interlock.cel.frontend import RejectedError
from interlock.cel.program import Program
from interlock.cel.types import BOOL, STRING, TIMESTAMP, CelType
from interlock.errors import Problem
from interlock.model.area import Area
from interlock.model.intent import Accelerator, Data, Image, Intent, Model, Tool
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
_DECLARATIONS: Final = declare([Intent])
_INTENT: Final = {"intent": message_type(Intent), "now": TIMESTAMP}


def environments(evaluator: Evaluator = Evaluator.INTERLOCK) -> dict[Area, Environment]:
    """What expressions of a policy on each area can read: `intent`, `now` and one item of the area."""
    return {area: _environment(area, evaluator) for area in Area}


def _environment(area: Area, evaluator: Evaluator) -> Environment:
    named: dict[str, CelType] = dict(_INTENT)
    if area in _RECORDS:
        named[area.variable] = message_type(_RECORDS[area])
    return Environment(_DECLARATIONS, named, named, evaluator=evaluator)


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

    `variables` are keyed as expressions name them, `variables.x`.
    """

    policy: Policy
    when: Program | None
    variables: Mapping[str, Program]
    rules: tuple[CompiledRule, ...]


@dataclass(slots=True)
class Compiler:
    """Compiles one policy set; `problems` collects what is wrong with it."""

    environments: Mapping[Area, Environment]
    problems: list[Problem] = field(default_factory=list)

    def policy(self, policy: Policy) -> CompiledPolicy | None:
        """The compiled `policy`, or None where something in it is wrong."""
        before = len(self.problems)
        scope = self.environments[policy.area]
        when = self._program(scope, policy.match.when, BOOL)
        named: dict[str, Program] = {}
        for variable in policy.variables:
            program = self._program(scope, variable.expression)
            if program is None:
                return None  # what reads the variable would only repeat the problem
            named[f"variables.{variable.name}"] = program
            scope = scope.with_variable(f"variables.{variable.name}", program)
        rules = [self._rule(policy, scope, rule) for rule in policy.rules]
        if len(self.problems) > before:
            return None
        compiled = tuple(rule for rule in rules if rule is not None)
        return CompiledPolicy(policy, when, named, compiled)

    def scope(self, waiver: Waiver) -> Program | None:
        """The compiled scope of `waiver`."""
        return self._program(self.environments[Area.INTENT], waiver.scope, BOOL)

    def _rule(self, policy: Policy, scope: Environment, rule: Rule) -> CompiledRule | None:
        program = self._program(scope, rule.expression, BOOL)
        message = self._program(scope, rule.message_expression, STRING)
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
        self, scope: Environment, source: SourceText | None, expected: CelType | None = None
    ) -> Program | None:
        if source is None:
            return None
        try:
            return scope.compile(source, expected=expected)
        except RejectedError as error:
            self.problems.extend(error.problems)
            return None
