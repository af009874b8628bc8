"""Policies with their programs: what is evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.cel.cost.guard import Guard
from interlock.cel.declarations import Declarations
from interlock.cel.program import Program
from interlock.model.budget import Budget
from interlock.model.limit import Bound, Limit
from interlock.model.mutation import Mutation
from interlock.model.policy import Policy, Rule
from interlock.model.verdict import RuleId


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule and its programs."""

    id: RuleId
    rule: Rule
    program: Program
    message: Program | None

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that decide."""
        return (self.program,)

    @property
    def remedy(self) -> str:
        """What to do about a violation."""
        return self.rule.remedy


@dataclass(frozen=True, slots=True, eq=False)
class CompiledLimit:
    """A limit and its programs.

    `bound` has the constant bounds, and `computed` the programs of the others,
    by name. Limits measure the same where `bound.of` is the same: what the
    checker read, written in the one way that there is to write it.
    """

    id: RuleId
    limit: Limit
    of: Program
    bound: Bound
    computed: Mapping[str, Program]

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that decide."""
        return (self.of, *self.computed.values())

    @property
    def remedy(self) -> str:
        """What to do about a violation."""
        return self.limit.remedy


@dataclass(frozen=True, slots=True, eq=False)
class CompiledBudget:
    """A budget with the programs of its condition and of its key."""

    budget: Budget
    when: Program | None
    key: Program | None


@dataclass(frozen=True, slots=True, eq=False)
class CompiledMutation:
    """A mutation and its condition, which reads the object alone."""

    mutation: Mutation
    when: Program | None


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
    limits: tuple[CompiledLimit, ...] = ()
    mutations: tuple[CompiledMutation, ...] = ()

    @property
    def deciding(self) -> tuple[tuple[str, Program], ...]:
        """The expressions that decide: `match.when`, variables, and by name those of rules and limits."""
        when = () if self.when is None else (("match.when", self.when),)
        own = ((each.id.rule, program) for each in self.rules_and_limits for program in each.programs)
        return (*when, *self.variables.items(), *own)

    def prepare(self) -> None:
        """Make now what the first evaluation of each expression would make."""
        messages = (rule.message for rule in self.rules if rule.message is not None)
        for program in (*(program for _, program in self.deciding), *messages):
            program.prepare()

    @property
    def guards(self) -> tuple[Guard, ...]:
        """What each expression that decides can cost."""
        return tuple(program.guard for _, program in self.deciding)

    @property
    def rules_and_limits(self) -> tuple[CompiledRule | CompiledLimit, ...]:
        """All that gives verdicts."""
        return (*self.rules, *self.limits)
