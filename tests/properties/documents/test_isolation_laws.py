"""Nothing reaches further than it says: an index, a limit of cost, a policy that is tried, a waiver."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from interlock.engine import Engine
from interlock.engine.consult import consult
from interlock.kernel.combine import combine, demands
from interlock.kernel.evidence import Evidence
from interlock.kernel.waivers import lift
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.policy import Effect, Enforcement, OnError
from interlock.model.verdict import Outcome, Verdict
from support.compose.deciding import decided, engine, plainly, recorded, said
from support.compose.intents import FEW_INTENTS, INTENTS, crowded
from support.compose.reading import counts, covers
from support.compose.world import World
from support.compose.worlds import costly_worlds, worlds
from support.laws import of_outcome
from support.strategies import NOW

CROWDS = st.lists(crowded(), min_size=1, max_size=3)
TRIED = ("warnings", "audits", "tried", "untried", "policySet")


@given(worlds(), FEW_INTENTS)
def test_slice_sound(world: World, intents: list[Intent]) -> None:
    """What the index leaves out, and what sieves pass over, has nothing to say."""
    made = engine(world)
    for intent in intents:
        decision, asked = made.decide(intent, now=NOW), one_by_one(made, intent)
        assert decision.allowed is asked.allowed
        assert [(d.layer, d.item) for d in decision.missing] == [(d.layer, d.item) for d in asked.missing]
        for key in ("denials", "permits", "waived", "errors", "warnings", "audits", "tried"):
            assert wordless(getattr(decision, key)) == list(getattr(asked, key)), key


def one_by_one(made: Engine, intent: Intent) -> Decision:
    """The decision by asking every rule of every policy by itself."""
    spoken = Evidence.of(
        lift(
            each,
            made.policies.waivers,
            made.policies.layers,
            now=NOW,
            covers=lambda waiver: covers(made.policies, waiver.name, intent),
        )
        for each in consulted(made, intent)
    )
    wanted = demands(made.policies.layers, counts(intent))
    return combine(spoken, wanted, made.policies.layers, policy_set=made.policies.digest, now=NOW)


def consulted(made: Engine, intent: Intent) -> Iterator[Verdict]:
    for each in consult(made.policies.compiled, intent, NOW):
        verdict = Verdict(rule=each.rule.id, outcome=Outcome.VIOLATED, item=each.item)
        if each.error:
            where = "" if each.applies is True else "match.when: "
            is_ignored = each.compiled.policy.on_error is OnError.IGNORE
            yield changed(verdict, outcome=Outcome.ERRORED, error=where + each.error, ignored=is_ignored)
        elif each.is_speaking:
            is_permit = each.rule.id.effect is Effect.PERMIT
            yield changed(verdict, outcome=Outcome.PERMITTED) if is_permit else verdict


def wordless(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [changed(each, message="", remedy="") for each in verdicts]


@given(st.data(), costly_worlds(), CROWDS)
def test_cost_isolation(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """What a policy's rules say, also where they cost too much, is the same whoever else is asked."""
    together = engine(world)
    shuffled = engine(
        world.of(
            replace(policy, rules=tuple(data.draw(st.permutations(policy.rules)))) for policy in world.policies
        )
    )
    alone = {policy.name: engine(world.of([policy])) for policy in world.policies}
    for intent in intents:
        decision = together.decide(intent, now=NOW)
        assert not decision.failure
        assert recorded(shuffled.decide(intent, now=NOW), "policySet") == recorded(decision, "policySet")
        for name, by_itself in alone.items():
            own = {verdict for verdict in said(decision) if verdict.rule.policy == name}
            assert plainly(said(by_itself.decide(intent, now=NOW))) == plainly(own)


@given(costly_worlds(), CROWDS, st.sampled_from([10, 50, 200, 1000]))
def test_a_decision_that_costs_too_much_is_none(world: World, intents: list[Intent], limit: int) -> None:
    """Within the limit of a decision it changes nothing; past it nothing at all is allowed."""
    free, bounded = engine(world), engine(replace(world, costs={**world.costs, "decision": limit}))
    for intent in intents:
        decision, other = free.decide(intent, now=NOW), bounded.decide(intent, now=NOW)
        if other.failure:
            assert not other.allowed
            assert "costs too much" in other.failure
        elif not other.untried:
            assert recorded(other, "policySet") == recorded(decision, "policySet")
        else:
            assert recorded(other, *TRIED) == recorded(decision, *TRIED)


TRYING_TOO_MUCH = costly_worlds((Enforcement.WARN, Enforcement.AUDIT))


@given(TRYING_TOO_MUCH | worlds(), CROWDS, st.sampled_from([30, 100, 1000, 100_000_000]))
def test_non_interference(world: World, intents: list[Intent], limit: int) -> None:
    """Without the policies that aren't enforced, whatever they do and cost, the record is the same."""
    bounded = replace(world, costs={**world.costs, "decision": limit})
    with_all, enforced = engine(bounded), engine(bounded.of(p for p in world.policies if p.is_enforced))
    for intent in intents:
        tried, plain = with_all.decide(intent, now=NOW), enforced.decide(intent, now=NOW)
        assert recorded(tried, *TRIED) == recorded(plain, *TRIED)
        assert (plain.warnings, plain.audits, plain.tried, plain.untried) == ((), (), (), "")


@given(worlds(), FEW_INTENTS)
def test_shadow_fidelity(world: World, intents: list[Intent]) -> None:
    """What is recorded of policies that are tried is what they bring when they are enforced."""
    trying, enforcing = engine(world), engine(enforced(world))
    for intent in intents:
        tried, promoted = trying.decide(intent, now=NOW), enforcing.decide(intent, now=NOW)
        assert plainly(promoted.denials) == plainly((*tried.denials, *tried.warnings, *tried.audits))
        would_permit = of_outcome(Outcome.PERMITTED, tried.tried)
        assert plainly(promoted.permits) == plainly((*tried.permits, *would_permit))
        met = {(verdict.rule.layer, verdict.rule.area, verdict.item) for verdict in would_permit}
        assert promoted.missing == tuple(d for d in tried.missing if (d.layer, d.area, d.item) not in met)
        assert promoted.allowed is not bool(promoted.denials or promoted.missing)


def enforced(world: World) -> World:
    return world.of(replace(policy, enforcement=Enforcement.ENFORCE) for policy in world.policies)


@given(worlds(), INTENTS)
def test_a_policy_that_can_not_be_told_apart_says_nothing_of_others(world: World, intent: Intent) -> None:
    """Policies on other actions and kinds leave no trace in a decision."""
    mine = [
        policy
        for policy in world.policies
        if intent["action"] in (policy.actions or (intent["action"],))
        and intent["kind"] in (policy.kinds or (intent["kind"],))
    ]
    assume(len(mine) < len(world.policies))
    assert recorded(decided(world.of(mine), intent), "policySet") == recorded(
        decided(world, intent), "policySet"
    )
