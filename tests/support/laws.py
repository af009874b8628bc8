"""Decisions on what was said, and changes to what was said, for tests that state laws of the kernel."""

import json
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from msgspec.structs import replace

from interlock.decisionlog.record import record
from interlock.identity import PolicyName
from interlock.kernel.combine import combine, demands
from interlock.kernel.evidence import Evidence
from interlock.model.area import Area, path
from interlock.model.decision import Conflict, Decision
from interlock.model.layers import Layer, Layers
from interlock.model.policy import Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.rules import waiver_for
from support.sayings import rules, sayings
from support.strategies import DIGEST, NAMES, NOW

Items: TypeAlias = dict[Area, int]

TWO_LAYERS: Final = Layers(
    (
        Layer(name=NAMES[0], closed=frozenset({Area.TOOLS})),
        Layer(name=NAMES[1], closed=frozenset({Area.INTENT})),
    )
)
VIOLATION: Final = Verdict(
    rule=rules(TWO_LAYERS)[0], outcome=Outcome.VIOLATED, item=path(Area.INTENT, 0), message="no"
)
WAIVER: Final = waiver_for(VIOLATION.rule)
"""It lifts `VIOLATION`."""


def decided(
    said: Iterable[Verdict], of: Layers, items: Mapping[Area, int], conflicts: Iterable[Conflict] = ()
) -> Decision:
    """The decision on an Intent with so many items in each area, of which this was said."""
    return combine(Evidence.of(said, conflicts), demands(of, items), of, policy_set=DIGEST, now=NOW)


def allowed(said: Iterable[Verdict], of: Layers, items: Mapping[Area, int]) -> bool:
    return decided(said, of, items).allowed


def errored(verdict: Verdict) -> Verdict:
    """The same rule, had its expression failed and its policy not chosen to ignore that."""
    return Verdict(rule=verdict.rule, outcome=Outcome.ERRORED, item=verdict.item, error="no such key")


def enforced(verdict: Verdict) -> Verdict:
    """The same verdict, were its policy enforced."""
    return replace(verdict, rule=replace(verdict.rule, enforcement=Enforcement.ENFORCE))


def is_enforced(verdict: Verdict) -> bool:
    return verdict.rule.enforcement is Enforcement.ENFORCE


def bytes_of(decision: Decision) -> bytes:
    """The record of a decision, as it is logged."""
    return json.dumps(record(decision), sort_keys=True).encode()


def everything_said() -> list[Verdict]:
    """All that rules of two layers can say, some of it by several policies and in several words."""
    plain = [verdict for rule in rules(TWO_LAYERS) for verdict in sayings(rule, path(rule.area, 0))]
    return [
        replace(
            verdict,
            rule=replace(verdict.rule, policy=PolicyName(f"p{number % 7}-{verdict.rule.policy}")),
            **words,
        )
        for number, verdict in enumerate(plain)
        for words in ({}, {"message": "never"}, {"remedy": "ask"}, {"error": "overflow"})
    ]


def everything_decided() -> bytes:
    """The record of the decision on everything."""
    return bytes_of(decided(everything_said(), TWO_LAYERS, {Area.TOOLS: 4, Area.INTENT: 1}))


def of_outcome(outcome: Outcome, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Those of `verdicts` that have `outcome`, in their order."""
    return tuple(verdict for verdict in verdicts if verdict.outcome is outcome)
