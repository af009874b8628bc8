"""Admission policies to compiled ones, checked as the API server checks them when they are created."""

from collections.abc import Mapping, Sequence
from typing import Final

from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.kubernetes.versions import NEWEST, Version
from interlock.cel.program import Program
from interlock.cel.types import BOOL, DYN, NULL, STRING, CelType
from interlock.errors import Problem
from interlock.foreign.compiled import CompiledMutating, CompiledValidating
from interlock.foreign.environments import OBJECT, PATCHES, changing, environment
from interlock.foreign.expressions import BUDGET, CONDITIONS_BUDGET, Expressions, share
from interlock.foreign.policy import (
    Binding,
    MutatingPolicy,
    Mutation,
    PatchType,
    Policy,
    ValidatingPolicy,
)
from interlock.spans import SourceText

_RESULTS: Final = {PatchType.APPLY_CONFIGURATION: OBJECT, PatchType.JSON_PATCH: PATCHES}


class Compiler:
    """Compiles policies for one release of Kubernetes; `problems` collects what is wrong with them."""

    def __init__(self, release: Version = NEWEST) -> None:
        self._release = release
        self.problems: list[Problem] = []

    def validating(self, policy: ValidatingPolicy, bindings: Sequence[Binding]) -> CompiledValidating | None:
        """The compiled `policy`, or None where something in it is wrong."""
        before = len(self.problems)
        plain = self._scope(policy, has_authorizer=True)
        conditions = [self._program(plain, each.expression, BOOL) for each in policy.conditions]
        variables = self._variables(plain, policy)
        if variables is None:
            return None
        plain = _with(plain, variables)
        # Variables may ask the authorizer; a message that reads one which does has no message.
        silent = _with(self._scope(policy, has_authorizer=False), variables)
        validations = [self._program(plain, each.expression, BOOL) for each in policy.validations]
        messages = [self._program(silent, each.message_expression, STRING) for each in policy.validations]
        annotations = [self._program(plain, each.expression, STRING, NULL) for each in policy.annotations]
        if len(self.problems) > before:
            return None
        # Messages compute variables anew, and share what all may cost with validations.
        each = share(BUDGET, len(validations) + len([*filter(None, messages)]) + 2 * len(variables))
        noted = share(BUDGET, len(annotations) + len(variables))
        return CompiledValidating(
            policy=policy,
            bindings=bindings,
            conditions=Expressions(conditions, share=share(CONDITIONS_BUDGET, len(conditions))),
            validations=Expressions(validations, variables, each),
            messages=Expressions(messages, variables, each),
            annotations=Expressions(annotations, variables, noted),
        )

    def mutating(self, policy: MutatingPolicy, bindings: Sequence[Binding]) -> CompiledMutating | None:
        """The compiled `policy`, or None where something in it is wrong."""
        before = len(self.problems)
        plain = self._scope(policy, has_authorizer=True)
        conditions = [self._program(plain, each.expression, BOOL) for each in policy.conditions]
        variables = self._variables(plain, policy)
        if variables is None:
            return None
        scope = changing(_with(plain, variables), self._release)
        mutations = [self._mutation(scope, each) for each in policy.mutations]
        if len(self.problems) > before:
            return None
        each = share(BUDGET, 1 + len(variables))
        return CompiledMutating(
            policy=policy,
            bindings=bindings,
            conditions=Expressions(conditions, share=share(CONDITIONS_BUDGET, len(conditions))),
            mutations=[Expressions([program], variables, each) for program in mutations],
        )

    def _mutation(self, scope: Environment, mutation: Mutation) -> Program | None:
        """The program of `mutation`, whose type has to be known: that of a dynamic value is not."""
        program = self._program(scope, mutation.expression)
        wanted = _RESULTS[mutation.type]
        if program is None or program.type == wanted:
            return program
        self.problems.append(Problem(mutation.expression.span, f"must be {wanted}, but is {program.type}"))
        return None

    def _variables(self, scope: Environment, policy: Policy) -> dict[str, Program] | None:
        """The programs of the variables, each of which reads those before it; None where one is wrong."""
        variables: dict[str, Program] = {}
        for variable in policy.variables:
            program = self._program(scope, variable.expression)
            if program is None:
                return None  # what reads it would only repeat the problem
            name = f"variables.{variable.name}"
            variables[name] = program
            scope = scope.with_variable(name, program)
        return variables

    def _scope(self, policy: Policy, *, has_authorizer: bool) -> Environment:
        return environment(
            self._release, has_params=policy.param_kind is not None, has_authorizer=has_authorizer
        )

    def _program(self, scope: Environment, source: SourceText | None, *expected: CelType) -> Program | None:
        """The program of `source`, of one of the `expected` types if there are any."""
        if source is None:
            return None
        try:
            program = scope.compile(source)
        except RejectedError as error:
            self.problems += error.problems
            return None
        if expected and program.type not in {*expected, DYN}:
            wanted = " or ".join(map(str, expected))
            self.problems.append(Problem(source.span, f"must be {wanted}, but is {program.type}"))
            return None
        return program


def _with(scope: Environment, variables: Mapping[str, Program]) -> Environment:
    """`scope` and these variables."""
    for name, program in variables.items():
        scope = scope.with_variable(name, program)
    return scope
