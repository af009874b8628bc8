"""Policies as their authors wrote them, already checked.

A policy says which Intents it is about and holds rules; a rule is a CEL
expression with an effect. How the outcomes of many policies combine is the
kernel's business, not theirs.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from interlock.identity import Digest, LayerName, PolicyName, RuleName
from interlock.model.area import Area
from interlock.model.library import Import
from interlock.model.limit import Limit
from interlock.model.mutation import Mutation
from interlock.model.obligation import Obligation
from interlock.spans import SourceText, Span


class Effect(StrEnum):
    """What a rule's expression means when it is true or false."""

    REQUIRE = "require"
    """False denies."""

    FORBID = "forbid"
    """True denies."""

    PERMIT = "permit"
    """True allows what a closed layer would deny."""

    LIMIT = "limit"
    """A value out of bounds denies."""

    @property
    def speaking(self) -> bool:
        """The value of an expression that says something; of a limit, whether all is within its bounds."""
        return self in {Effect.FORBID, Effect.PERMIT}


class Enforcement(StrEnum):
    """Whether a policy's denials count. Only `enforce` can change a decision."""

    ENFORCE = "enforce"
    WARN = "warn"
    AUDIT = "audit"


# Bound once for hot loops, as in interlock.model.verdict.
PERMIT: Final = Effect.PERMIT
ENFORCE: Final = Enforcement.ENFORCE
WARN: Final = Enforcement.WARN
AUDIT: Final = Enforcement.AUDIT


class OnError(StrEnum):
    """What an errored `require` or `forbid` means."""

    DENY = "deny"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which Intents a policy is about. An empty set means all; `when` must be true."""

    actions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    when: SourceText | None = None

    def covers(self, action: str, kind: str) -> bool:
        """Whether Intents of this action and kind are meant; `when` has its own say."""
        return (not self.actions or action in self.actions) and (not self.kinds or kind in self.kinds)

    def overlaps(self, other: "Match") -> bool:
        """Whether Intents of one action and kind can be meant by both; `when` has its own say."""
        pairs = ((self.actions, other.actions), (self.kinds, other.kinds))
        return all(not ours or not theirs or ours & theirs for ours, theirs in pairs)


@dataclass(frozen=True, slots=True)
class Variable:
    """A named expression that later variables and all rules of the policy can read."""

    name: str
    expression: SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A CEL expression with an effect.

    `digest` covers everything that the rule's meaning depends on: its own
    texts, and its policy's match, variables and imports. A waiver is pinned to it.
    """

    name: RuleName
    effect: Effect
    expression: SourceText
    message: str = ""
    message_expression: SourceText | None = None
    remedy: str = ""
    obligations: tuple[Obligation, ...] = ()
    advice: tuple[Obligation, ...] = ()
    is_waivable: bool = True
    digest: Digest
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named set of rules and limits that one layer makes for one area, and what it changes in objects.

    A policy with `mutations` has no `match.when`: which of them apply depends
    on the action, the kind and their own conditions alone.
    """

    name: PolicyName
    layer: LayerName
    area: Area
    enforcement: Enforcement
    on_error: OnError
    description: str
    match: Match
    imports: tuple[Import, ...] = ()
    variables: tuple[Variable, ...]
    rules: tuple[Rule, ...]
    limits: tuple[Limit, ...] = ()
    mutations: tuple[Mutation, ...] = ()
    span: Span

    @property
    def rules_and_limits(self) -> tuple[Rule | Limit, ...]:
        """All that gives verdicts."""
        return (*self.rules, *self.limits)

    @property
    def expressions(self) -> tuple[SourceText, ...]:
        """Every expression of the policy."""
        read = (
            self.match.when,
            *(variable.expression for variable in self.variables),
            *(text for rule in self.rules for text in (rule.expression, rule.message_expression)),
            *(text for limit in self.limits for text in limit.expressions),
            *(mutation.when for mutation in self.mutations),
        )
        return tuple(text for text in read if text is not None)
