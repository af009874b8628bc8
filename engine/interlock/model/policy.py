"""Policies as their authors wrote them, already checked.

A policy says which Intents it is about and holds rules; a rule is a CEL
expression with an effect. How the outcomes of many policies combine is the
kernel's business, not theirs.
"""

from dataclasses import dataclass
from enum import StrEnum

from interlock.identity import Digest, LayerName, PolicyName, RuleName
from interlock.model.area import Area
from interlock.spans import SourceText, Span


class Effect(StrEnum):
    """What a rule's expression means when it is true or false."""

    REQUIRE = "require"
    """False denies."""

    FORBID = "forbid"
    """True denies."""

    PERMIT = "permit"
    """True allows what a closed layer would deny."""


class Enforcement(StrEnum):
    """Whether a policy's denials count. Only `enforce` can change a decision."""

    ENFORCE = "enforce"
    WARN = "warn"
    AUDIT = "audit"


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


@dataclass(frozen=True, slots=True)
class Variable:
    """A named expression that later variables and all rules of the policy can read."""

    name: str
    expression: SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A CEL expression with an effect.

    `digest` covers everything that the rule's meaning depends on: its own
    texts, and its policy's match and variables. A waiver is pinned to it.
    """

    name: RuleName
    effect: Effect
    expression: SourceText
    message: str = ""
    message_expression: SourceText | None = None
    remedy: str = ""
    digest: Digest
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named set of rules that one layer makes for one area."""

    name: PolicyName
    layer: LayerName
    area: Area
    enforcement: Enforcement
    on_error: OnError
    description: str
    match: Match
    variables: tuple[Variable, ...]
    rules: tuple[Rule, ...]
    span: Span
