"""The kernel against Cedar's own authorizer, on policy sets that say nothing but how each policy comes out.

Cedar has one layer, closed, and skips a policy that errs. So our kernel in
Cedar's mode is: one closed layer, and every `forbid` ignores its errors.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import cedarpy
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.identity import PolicyName
from interlock.model.area import Area
from interlock.model.decision import Decision
from interlock.model.layers import Layer, Layers
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.laws import decided
from support.model import is_allowed
from support.sayings import rules
from support.strategies import NAMES

Said: TypeAlias = tuple[Effect, bool | None]
"""An effect, and what the policy's condition is; None where it errs."""

SAYINGS: Final[list[Said]] = list(itertools.product((Effect.PERMIT, Effect.FORBID), (True, False, None)))
LONGEST: Final = 6
OF: Final = Layers((Layer(name=NAMES[0], closed=frozenset({Area.INTENT})),))
ITEMS: Final = {Area.INTENT: 1}
REQUEST: Final = {"principal": 'User::"u"', "action": 'Action::"a"', "resource": 'Resource::"r"'}
NOTHING: Final = cedarpy.Entities.from_json_str("[]")
CONDITIONS: Final = {True: "true", False: "false", None: "context.absent"}
OUTCOMES: Final = {
    (Effect.PERMIT, True): Outcome.PERMITTED,
    (Effect.PERMIT, False): Outcome.NOT_APPLICABLE,
    (Effect.PERMIT, None): Outcome.ERRORED,
    (Effect.FORBID, True): Outcome.VIOLATED,
    (Effect.FORBID, False): Outcome.SATISFIED,
    (Effect.FORBID, None): Outcome.ERRORED,
}
RULES: Final = {
    rule.effect: rule
    for rule in rules(OF)
    if rule.area is Area.INTENT and rule.enforcement is Enforcement.ENFORCE and not rule.obligations
}

Authorized: TypeAlias = tuple[bool, set[str], set[str]]
"""Whether it is allowed, the policies that determine it, and those that erred."""


def asked_of_cedar(policies: Iterable[Said]) -> Authorized:
    text = "\n".join(
        f"{effect}(principal, action, resource) when {{ {CONDITIONS[condition]} }};"
        for effect, condition in policies
    )
    found = cedarpy.is_authorized(REQUEST, text, NOTHING)
    erring = [re.search(r"policy `(\w+)`", error) for error in found.diagnostics.errors]
    return found.allowed, set(found.diagnostics.reasons), {named[1] for named in erring if named}


def verdicts(policies: Iterable[Said]) -> list[Verdict]:
    """What our rules of the same effects and outcomes say, named as Cedar names its policies."""
    return [
        Verdict(
            rule=replace(RULES[effect], policy=PolicyName(f"policy{number}")),
            outcome=OUTCOMES[effect, condition],
            item=f"{Area.INTENT}",
        )
        for number, (effect, condition) in enumerate(policies)
    ]


def skipping_errors(said: Iterable[Verdict]) -> list[Verdict]:
    """As Cedar has it: an erring `forbid` says nothing."""
    return [
        replace(verdict, ignored=verdict.outcome is Outcome.ERRORED and verdict.rule.effect is Effect.FORBID)
        for verdict in said
    ]


def named(verdicts: Iterable[Verdict]) -> set[str]:
    return {verdict.rule.policy for verdict in verdicts}


def authorized(decision: Decision) -> Authorized:
    """A decision in Cedar's words."""
    determining = decision.permits if decision.allowed else decision.denials
    return decision.allowed, named(determining), named(decision.errors)


def is_stricter(policies: tuple[Said, ...]) -> bool:
    """Whether our own mode denies what Cedar allows; in all else both agree, and so does the reference."""
    said = verdicts(policies)
    lenient = skipping_errors(said)
    cedar = asked_of_cedar(policies)
    assert authorized(decided(lenient, OF, ITEMS)) == cedar, policies
    assert is_allowed(lenient, OF, ITEMS) is cedar[0], policies
    own = decided(said, OF, ITEMS)
    assert own.allowed is is_allowed(said, OF, ITEMS), policies
    assert own.allowed is (cedar[0] and (Effect.FORBID, None) not in policies), policies
    return cedar[0] and not own.allowed


def sequences() -> Iterator[tuple[Said, ...]]:
    return itertools.chain.from_iterable(
        itertools.product(SAYINGS, repeat=length) for length in range(LONGEST + 1)
    )


def test_cedar_agrees() -> None:
    """On every sequence of up to six policies; where we are stricter, a `forbid` errs that Cedar skips."""
    found = [is_stricter(policies) for policies in sequences()]
    assert len(found) == sum(6**length for length in range(LONGEST + 1)) == 55_987
    # At least one true permit and one erring forbid, and no true forbid.
    expected = sum(5**length - 2 * 4**length + 3**length for length in range(LONGEST + 1))
    assert sum(found) == expected == 9_702


@given(st.lists(st.sampled_from(SAYINGS), min_size=LONGEST + 1, max_size=40))
def test_cedar_agrees_on_longer_sets(policies: list[Said]) -> None:
    said = set(policies)
    is_torn = {(Effect.PERMIT, True), (Effect.FORBID, None)} <= said and (Effect.FORBID, True) not in said
    assert is_stricter(tuple(policies)) is is_torn
