"""A policy set as its authors have it, in parts that can be changed one by one.

It is kept as plain values and written as documents; the digests that waivers
are pinned to are looked up when it is written.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import yaml

from interlock.documents.source import Source
from interlock.identity import Digest
from interlock.loading.bundle import assemble
from interlock.model.area import Area
from interlock.model.policy import Effect, Enforcement, OnError

RuleKey = tuple[str, str]
"""A policy's name and a rule's."""

_API: Final = "interlock.dev/v1alpha1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDraft:
    """An authority."""

    name: str
    closed: frozenset[Area] = frozenset()
    may_ignore_errors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A condition with an effect."""

    name: str
    effect: Effect
    condition: str
    message: str = "no"
    message_expression: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy."""

    name: str
    layer: str
    area: Area
    rules: tuple[RuleDraft, ...]
    enforcement: Enforcement = Enforcement.ENFORCE
    on_error: OnError = OnError.DENY
    actions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    when: str = ""
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def is_enforced(self) -> bool:
        """Whether its denials count."""
        return self.enforcement is Enforcement.ENFORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverDraft:
    """A waiver of rules; `pinned` are digests other than those that the rules have now."""

    name: str
    layer: str
    rules: tuple[RuleKey, ...]
    scope: str
    starts: int
    expires: int
    pinned: Mapping[RuleKey, Digest] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Layers, the highest first, policies, waivers and what evaluation may cost."""

    layers: tuple[LayerDraft, ...]
    policies: tuple[PolicyDraft, ...]
    waivers: tuple[WaiverDraft, ...] = ()
    costs: Mapping[str, int] = field(default_factory=dict)

    @property
    def areas(self) -> tuple[Area, ...]:
        """What its policies are about."""
        return tuple(policy.area for policy in self.policies)

    @property
    def keys(self) -> frozenset[RuleKey]:
        """Every rule by its policy's name and its own."""
        return frozenset((policy.name, rule.name) for policy in self.policies for rule in policy.rules)

    def with_rules(self, keys: Collection[RuleKey]) -> "World":
        """The world of these of its rules, without policies and waivers that have none."""
        policies = [
            replace(policy, rules=tuple(rule for rule in policy.rules if (policy.name, rule.name) in keys))
            for policy in self.policies
        ]
        return self.of([policy for policy in policies if policy.rules])

    def of(self, policies: Iterable[PolicyDraft]) -> "World":
        """The world of these policies, whose waivers name what is left of their rules."""
        chosen = tuple(policies)
        made = replace(self, policies=chosen)
        waivers = [
            replace(waiver, rules=tuple(key for key in waiver.rules if key in made.keys))
            for waiver in self.waivers
        ]
        return replace(made, waivers=tuple(waiver for waiver in waivers if waiver.rules))

    def with_policies(self, *more: PolicyDraft) -> "World":
        """The world with these policies too, or in place of those of the same name."""
        new = {policy.name: policy for policy in more}
        kept = [new.pop(policy.name, policy) for policy in self.policies]
        return self.of((*kept, *new.values()))


def documents(world: World) -> list[str]:
    """`world` as documents: the PolicySet first, then policies, then waivers."""
    policies = [_written(_policy(policy)) for policy in world.policies]
    digests = _digests(policies) if world.waivers else {}
    waivers = [_written(_waiver(waiver, digests)) for waiver in world.waivers]
    return [_written(_settings(world)), *policies, *waivers]


def _digests(policies: Iterable[str]) -> dict[RuleKey, Digest]:
    """What a waiver of each rule is pinned to."""
    bundle, _ = assemble([Source(str(number), text) for number, text in enumerate(policies)])
    return {(policy.name, rule.name): rule.digest for policy in bundle.policies for rule in policy.rules}


def _written(document: Mapping[str, Any]) -> str:
    return yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)


def _document(kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": _API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _settings(world: World) -> dict[str, Any]:
    layers = [
        {
            "name": layer.name,
            "closed": sorted(map(str, layer.closed)),
            "mayIgnoreErrors": layer.may_ignore_errors,
        }
        for layer in world.layers
    ]
    return _document("PolicySet", "world", {"layers": layers, "costs": dict(world.costs)})


def _policy(policy: PolicyDraft) -> dict[str, Any]:
    match = {
        key: value
        for key, value in {
            "actions": list(policy.actions),
            "kinds": list(policy.kinds),
            "when": policy.when,
        }.items()
        if value
    }
    spec = {
        "layer": policy.layer,
        "area": str(policy.area),
        "enforcement": str(policy.enforcement),
        "onError": str(policy.on_error),
        "description": "Drawn.",
        "match": match,
        "variables": [{"name": name, "expression": text} for name, text in policy.variables],
        "rules": [_rule(rule) for rule in policy.rules],
    }
    return _document("IntentPolicy", policy.name, spec)


def _rule(rule: RuleDraft) -> dict[str, Any]:
    written = {"name": rule.name, str(rule.effect): rule.condition, "message": rule.message}
    return {**written, "messageExpression": rule.message_expression} if rule.message_expression else written


def _waiver(waiver: WaiverDraft, digests: Mapping[RuleKey, Digest]) -> dict[str, Any]:
    rules = [
        {
            "policy": policy,
            "rule": rule,
            "digest": str(waiver.pinned.get((policy, rule), digests[policy, rule])),
        }
        for policy, rule in waiver.rules
    ]
    spec = {
        "layer": waiver.layer,
        "rules": rules,
        "scope": waiver.scope,
        "owner": "ada",
        "approver": "grace",
        "reason": "Drawn.",
        "starts": _time(waiver.starts),
        "expires": _time(waiver.expires),
    }
    return _document("Waiver", waiver.name, spec)


def _time(instant: int) -> str:
    return (_EPOCH + timedelta(milliseconds=instant)).isoformat(timespec="milliseconds")


def split(policy: PolicyDraft, names: Sequence[str], of: Callable[[RuleDraft], str]) -> list[PolicyDraft]:
    """`policy` as several policies, each with the rules that `of` gives to its name."""
    parts = [
        replace(policy, name=name, rules=tuple(rule for rule in policy.rules if of(rule) == name))
        for name in names
    ]
    return [part for part in parts if part.rules]
