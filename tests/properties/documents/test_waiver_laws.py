"""How far a waiver reaches, of documents: to what was approved, where its scope holds, while it is in force.

tests/properties/kernel/test_waiver_laws.py states the same of the kernel alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from interlock.documents.source import Source
from interlock.errors import AuthorError
from interlock.identity import Digest
from interlock.loading.bundle import assemble
from interlock.model.area import Area
from interlock.model.intent import Intent
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.compose.conditions import conditions
from support.compose.deciding import engine, of_rule, plainly, recorded
from support.compose.intents import FEW_INTENTS
from support.compose.reading import covers
from support.compose.world import PolicyDraft, RuleKey, WaiverDraft, World, documents
from support.compose.worlds import waivable, worlds
from support.strategies import NOW


@st.composite
def waived_worlds(draw: st.DrawFn) -> tuple[World, WaiverDraft]:
    """A world without waivers that has something to waive, and a waiver for it."""
    world = draw(worlds(most_waivers=0).filter(waivable))
    targets = draw(st.lists(st.sampled_from(waivable(world)), min_size=1, max_size=2, unique=True))
    if draw(st.booleans()):
        world = violating(world)
    starts = NOW + draw(st.sampled_from([0, -1000, -1000, -1, 1]))
    return world, WaiverDraft(
        name="w",
        layer=world.layers[0].name,
        rules=tuple(targets),
        scope=draw(st.just("true") | st.just("true") | conditions(Area.INTENT)),
        starts=starts,
        expires=starts + draw(st.sampled_from([1, 1000, 1001])),
    )


def violating(world: World) -> World:
    """The world in which whatever can be violated is, and all else is as it was."""
    always = {Effect.REQUIRE: "false", Effect.FORBID: "true"}
    return world.of(
        replace(
            policy,
            rules=tuple(
                replace(rule, condition=always.get(rule.effect, rule.condition)) for rule in policy.rules
            ),
        )
        for policy in world.policies
    )


@given(waived_worlds(), FEW_INTENTS)
def test_waiver_locality(drawn: tuple[World, WaiverDraft], intents: list[Intent]) -> None:
    """Where it holds, a waiver deletes exactly the violations of its rules; elsewhere it does nothing."""
    world, waiver = drawn
    plain, waiving = engine(world), engine(replace(world, waivers=(waiver,)))
    lifted = engine(world.with_rules(world.keys.difference(waiver.rules)))
    for intent in intents:
        before, after = plain.decide(intent, now=NOW), waiving.decide(intent, now=NOW)
        holds = waiver.starts <= NOW < waiver.expires and covers(waiving.policies, "w", intent)
        if not holds:
            assert recorded(after, "policySet") == recorded(before, "policySet")
            continue
        assert lasting(after.denials) == lasting(v for v in before.denials if not lifts(waiver, v))
        assert lasting(after.waived) == lasting(v for v in before.denials if lifts(waiver, v))
        assert lasting(after.warnings) == lasting(v for v in before.warnings if not lifts(waiver, v))
        assert lasting(after.audits) == lasting(v for v in before.audits if not lifts(waiver, v))
        assert lasting(after.errors) == lasting(before.errors)
        assert (plainly(after.permits), after.missing) == (plainly(before.permits), before.missing)
        if not any(names(waiver, verdict) for verdict in before.errors):
            assert after.allowed is lifted.decide(intent, now=NOW).allowed


def names(waiver: WaiverDraft, verdict: Verdict) -> bool:
    return of_rule(verdict)[1:] in waiver.rules


def lifts(waiver: WaiverDraft, verdict: Verdict) -> bool:
    return names(waiver, verdict) and verdict.outcome is Outcome.VIOLATED


def lasting(verdicts: Iterable[Verdict]) -> set[tuple[Any, ...]]:
    return plainly(changed(verdict, waiver=None) for verdict in verdicts)


def digests(world: World) -> dict[RuleKey, Digest]:
    bundle, _ = assemble([Source(str(number), text) for number, text in enumerate(documents(world))])
    return {(policy.name, rule.name): rule.digest for policy in bundle.policies for rule in policy.rules}


@st.composite
def reworded(draw: st.DrawFn, policy: PolicyDraft) -> PolicyDraft:
    """The policy with other words for people, or in another mode."""
    rules = tuple(replace(rule, message=draw(st.sampled_from(["no", "never"]))) for rule in policy.rules)
    return replace(policy, rules=rules, enforcement=draw(st.sampled_from(Enforcement)))


@st.composite
def rewritten(draw: st.DrawFn, policy: PolicyDraft, target: str) -> PolicyDraft:
    """The policy with something else in it that what the rule `target` says may depend on."""
    swapped = {Effect.REQUIRE: Effect.FORBID, Effect.FORBID: Effect.REQUIRE}
    rules = {rule.name: rule for rule in policy.rules}
    rule = rules[target]
    rules[target] = draw(
        st.sampled_from(
            [
                replace(rule, condition=f"({rule.condition})"),
                replace(rule, condition=f"{rule.condition} || true"),
                replace(rule, effect=swapped[rule.effect]),
            ]
        )
    )
    return draw(
        st.sampled_from(
            [
                replace(policy, rules=tuple(rules.values())),
                replace(policy, when=f"{policy.when or 'true'} && true"),
                replace(policy, kinds=(*policy.kinds, "Pod")),
                replace(policy, actions=("model.embed",)),
                replace(policy, variables=(*policy.variables, ("more", "1"))),
            ]
        )
    )


@given(st.data(), waived_worlds(), FEW_INTENTS)
def test_waiver_digest_pinned(
    data: st.DataObject, drawn: tuple[World, WaiverDraft], intents: list[Intent]
) -> None:
    """A waiver lifts what was approved: words and modes may change, all else is to be approved again."""
    world, waiver = drawn
    waiver = replace(waiver, pinned=digests(world), scope="true", starts=NOW - 1, expires=NOW + 1)
    world = replace(world, waivers=(waiver,))
    name, target = waiver.rules[0]
    (policy,) = (each for each in world.policies if each.name == name)
    same = engine(world.with_policies(data.draw(reworded(policy))))
    for intent in intents:
        decision = same.decide(intent, now=NOW)
        assert not any(lifts(waiver, verdict) for verdict in decision.denials)
    with pytest.raises(AuthorError, match="approve it again"):
        engine(world.with_policies(data.draw(rewritten(policy, target))))
