"""What makes a decision stricter and what does not, of documents: layers, denials, permits and errors.

Each is stated of the kernel alone in tests/properties/kernel/test_composition_laws.py.
"""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.policy import Effect, OnError
from support.compose.breaking import with_a_broken_rule, with_an_error
from support.compose.deciding import decided, engine, of_rule, plainly
from support.compose.intents import FEW_INTENTS, INTENTS
from support.compose.world import LayerDraft, World
from support.compose.worlds import DENYING, layers, policies, worlds
from support.strategies import NOW


@given(st.data(), worlds(), FEW_INTENTS)
def test_error_never_opens(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """Whatever part of whatever expression fails: of a rule, a variable, a match or the scope of a waiver."""
    strict = world.of(replace(policy, on_error=OnError.DENY) for policy in world.policies)
    before, after = engine(strict), engine(data.draw(with_an_error(strict)))
    for intent in intents:
        assert after.decide(intent, now=NOW).allowed <= before.decide(intent, now=NOW).allowed


@given(st.data(), worlds(), st.lists(INTENTS, min_size=4, max_size=6))
def test_an_error_of_what_denies_never_opens(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """The case that matters: the one rule that denies fails, in whatever part of it."""
    strict = world.of(replace(policy, on_error=OnError.DENY) for policy in world.policies)
    made = engine(strict)
    denied = ((intent, made.decide(intent, now=NOW).denials) for intent in intents)
    intent, denials = next((each for each in denied if each[1]), (intents[0], ()))
    assume(denials)
    _, name, target = of_rule(data.draw(st.sampled_from(denials)))
    others = {of_rule(verdict)[1:] for verdict in denials} - {(name, target)}
    barred = strict.with_rules(strict.keys - others)
    (policy,) = (policy for policy in barred.policies if policy.name == name)
    (rule,) = (rule for rule in policy.rules if rule.name == target)
    assert not decided(data.draw(with_a_broken_rule(barred, policy, rule)), intent).allowed


@given(st.data(), worlds(), FEW_INTENTS)
def test_layer_ceiling(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """What is allowed is what every layer alone allows, whatever the others say."""
    others = tuple(data.draw(policies(f"q{number}", world.layers, world.areas)) for number in range(2))
    whole = engine(world)
    alone = {layer.name: engine(only(world, layer)) for layer in world.layers}
    lowest = world.layers[-1]
    own = [policy for policy in world.policies if policy.layer == lowest.name]
    replaced = engine(world.of([*own, *(other for other in others if other.layer != lowest.name)]))
    for intent in intents:
        decisions = {name: each.decide(intent, now=NOW).allowed for name, each in alone.items()}
        assert whole.decide(intent, now=NOW).allowed is all(decisions.values())
        assert replaced.decide(intent, now=NOW).allowed <= decisions[lowest.name]


def only(world: World, layer: LayerDraft) -> World:
    """The world in which no other layer says or closes anything."""
    silent = tuple(each if each is layer else replace(each, closed=frozenset()) for each in world.layers)
    return replace(world, layers=silent).of(p for p in world.policies if p.layer == layer.name)


@given(st.data(), worlds(), FEW_INTENTS)
def test_add_deny_narrows(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    more = data.draw(policies("more", world.layers, world.areas, DENYING))
    before, after = engine(world), engine(world.with_policies(more))
    for intent in intents:
        one, other = before.decide(intent, now=NOW), after.decide(intent, now=NOW)
        assert other.allowed <= one.allowed
        assert set(plainly(one.denials)) <= set(plainly(other.denials))
        assert other.missing == one.missing


@given(st.data(), worlds(), FEW_INTENTS)
def test_add_layer_narrows(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """Wherever the layer stands, whatever it closes and its policies say."""
    rank = data.draw(st.integers(0, len(world.layers)))
    layer = replace(data.draw(layers(world.areas))[-1], name="guests")
    layer = replace(layer, may_ignore_errors=layer.may_ignore_errors and rank > 0)
    more = [
        data.draw(policies(f"more{number}", (layer,), world.areas))
        for number in range(data.draw(st.integers(0, 2)))
    ]
    grown = replace(world, layers=(*world.layers[:rank], layer, *world.layers[rank:])).with_policies(*more)
    before, after = engine(world), engine(grown)
    for intent in intents:
        assert after.decide(intent, now=NOW).allowed <= before.decide(intent, now=NOW).allowed


@given(st.data(), worlds(), FEW_INTENTS)
def test_add_grant_never_closes(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    more = data.draw(policies("more", world.layers, world.areas, (Effect.PERMIT,)))
    before, after = engine(world), engine(world.with_policies(more))
    for intent in intents:
        one, other = before.decide(intent, now=NOW), after.decide(intent, now=NOW)
        assert other.allowed >= one.allowed
        assert plainly(other.denials) == plainly(one.denials)
        assert set(other.missing) <= set(one.missing)


@given(worlds(), INTENTS)
def test_determining_exact(world: World, intent: Intent) -> None:
    """The rules that a decision names are those that it rests on, as deleting them shows."""
    decision = decided(world, intent)
    denying = {of_rule(verdict)[1:] for verdict in decision.denials}
    permitting = {of_rule(verdict)[1:] for verdict in decision.permits}

    pardoned = decided(world.with_rules(world.keys - denying), intent)
    assert pardoned.denials == ()
    assert pardoned.missing == decision.missing
    assert pardoned.allowed is not bool(decision.missing)

    enough = decided(world.with_rules(denying | permitting), intent)
    assert enough.allowed is decision.allowed
    assert plainly(enough.denials) == plainly(decision.denials)
    assert plainly(enough.permits) == plainly(decision.permits)

    for rule in denying:
        last = decided(world.with_rules(world.keys - denying | {rule}), intent)
        assert {of_rule(verdict)[1:] for verdict in last.denials} == {rule}

    barred = decided(world.with_rules(world.keys - permitting), intent)
    met = {(permit.rule.layer, permit.rule.area, permit.item) for permit in decision.permits}
    demanded = {(layer.name, area) for layer in world.layers for area in layer.closed}
    assert places(barred) - places(decision) == {each for each in met if each[:2] in demanded}


def places(decision: Decision) -> set[tuple[str, ...]]:
    return {(demand.layer, demand.area, demand.item) for demand in decision.missing}
