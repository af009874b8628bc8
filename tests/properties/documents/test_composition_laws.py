"""The laws of composition, of documents as authors write them: loaded, indexed, evaluated and recorded in full.

tests/properties/kernel/test_composition_laws.py states the same of the kernel
alone. Here nothing is taken for granted of what is around it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.policy import Effect
from interlock.model.verdict import Outcome, Verdict
from support.compose.deciding import decided, engine, engine_of, of_rule, plainly, recorded, said
from support.compose.intents import FEW_INTENTS, INTENTS, crowded
from support.compose.reading import counts, read
from support.compose.world import World, documents, split
from support.compose.worlds import HARMLESS, costly_worlds, worlds
from support.model import is_allowed
from support.strategies import NOW

FILES = ("policies.yaml", "a/policies.yaml", "a/b/zz.yml", "0.yaml")


@given(st.data(), worlds(), FEW_INTENTS)
def test_order_independent(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """In whatever order documents and rules stand, in whatever files of whatever folders."""
    shuffled = data.draw(st.permutations(documents(world)))
    files: dict[str, list[str]] = {}
    for document in shuffled:
        files.setdefault(data.draw(st.sampled_from(FILES)), []).append(document)
    before, moved = engine(world), engine_of(files)
    reordered = engine(
        world.of(
            replace(policy, rules=tuple(data.draw(st.permutations(policy.rules)))) for policy in world.policies
        )
    )
    assert moved.policies.digest == before.policies.digest
    for intent in intents:
        decision = before.decide(intent, now=NOW)
        assert recorded(moved.decide(intent, now=NOW)) == recorded(decision)
        assert recorded(reordered.decide(intent, now=NOW)) == recorded(decision)


@given(st.data(), worlds(), FEW_INTENTS)
def test_duplicate_independent(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """A policy that is there twice, its waivers too, says the same things twice and changes nothing else."""
    policy = data.draw(st.sampled_from(world.policies))
    name = data.draw(st.sampled_from(["a-copy", "z-copy"]))
    waivers = [
        replace(
            waiver, rules=(*waiver.rules, *((name, rule) for of, rule in waiver.rules if of == policy.name))
        )
        for waiver in world.waivers
    ]
    doubled = replace(world, waivers=tuple(waivers)).with_policies(replace(policy, name=name))

    def original(verdict: Verdict) -> tuple[str, ...]:
        layer, of, rule = of_rule(verdict)
        return layer, policy.name if of == name else of, rule

    once, twice = engine(world), engine(doubled)
    for intent in intents:
        assert_alike(once.decide(intent, now=NOW), twice.decide(intent, now=NOW), original)


@given(st.data(), worlds(), FEW_INTENTS)
def test_regrouping(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """One policy's rules say the same as rules of several policies, and those of several as rules of one."""
    policy = data.draw(st.sampled_from(world.policies))
    names = ("a-part", "p-part", policy.name)
    home = {rule.name: data.draw(st.sampled_from(names)) for rule in policy.rules}
    parts = split(policy, names, lambda rule: home[rule.name])
    moved = [
        replace(
            waiver, rules=tuple((home[rule] if of == policy.name else of, rule) for of, rule in waiver.rules)
        )
        for waiver in world.waivers
    ]
    others = [each for each in world.policies if each is not policy]
    regrouped = replace(world, waivers=tuple(moved)).of([*others, *parts])

    def original(verdict: Verdict) -> tuple[str, ...]:
        layer, of, rule = of_rule(verdict)
        return layer, policy.name if of in names else of, rule

    one, several = engine(world), engine(regrouped)
    for intent in intents:
        assert_alike(one.decide(intent, now=NOW), several.decide(intent, now=NOW), original)


@given(st.data(), worlds(), FEW_INTENTS)
def test_renaming_changes_nothing_but_names(data: st.DataObject, world: World, intents: list[Intent]) -> None:
    """Policies, rules, waivers and layers by other names, in another order of names."""
    new = dict(
        zip(
            [p.name for p in world.policies],
            data.draw(st.permutations(names("p", world.policies))),
            strict=True,
        )
    )
    ranks = dict(
        zip([of.name for of in world.layers], data.draw(st.permutations(names("l", world.layers))), strict=True)
    )
    renamed = World(
        layers=tuple(replace(layer, name=ranks[layer.name]) for layer in world.layers),
        policies=tuple(
            replace(
                policy,
                name=new[policy.name],
                layer=ranks[policy.layer],
                rules=tuple(replace(rule, name=f"z-{rule.name}") for rule in policy.rules),
            )
            for policy in world.policies
        ),
        waivers=tuple(
            replace(
                waiver,
                name=f"v{9 - number}",
                layer=ranks[waiver.layer],
                rules=tuple((new[policy], f"z-{rule}") for policy, rule in waiver.rules),
            )
            for number, waiver in enumerate(world.waivers)
        ),
    )
    layer_of, policy_of = {v: k for k, v in ranks.items()}, {v: k for k, v in new.items()}

    def original(verdict: Verdict) -> tuple[str, ...]:
        layer, policy, rule = of_rule(verdict)
        return layer_of[layer], policy_of[policy], rule.removeprefix("z-")

    before, after = engine(world), engine(renamed)
    for intent in intents:
        assert_alike(before.decide(intent, now=NOW), after.decide(intent, now=NOW), original, layer_of)


def names(prefix: str, things: Sequence[Any]) -> list[str]:
    return [f"{prefix}{number}-new" for number in range(len(things))]


def assert_alike(one: Decision, other: Decision, original: Any, layer_of: dict[str, str] | None = None) -> None:
    """Both decide the same for the same reasons, those of `other` by the names that `original` gives."""
    layer_of = layer_of or {}
    assert other.allowed is one.allowed
    assert {(d.layer, d.area, d.item, d.name) for d in one.missing} == {
        (layer_of.get(d.layer, d.layer), d.area, d.item, d.name) for d in other.missing
    }
    for key in ("denials", "permits", "waived", "errors", "warnings", "audits", "tried"):
        assert plainly(getattr(other, key), original) == plainly(getattr(one, key)), key


@given(worlds() | costly_worlds(), st.lists(INTENTS | crowded(), min_size=1, max_size=3))
def test_allow_iff(world: World, intents: list[Intent]) -> None:
    """The decision is that of the reference, on what the interpreter finds rule by rule."""
    made = engine(world)
    for intent in intents:
        outcomes = read(made.policies, intent)
        decision = made.decide(intent, now=NOW)
        assert decision.allowed is is_allowed(outcomes, made.policies.layers, counts(intent))
        assert essentials(said(decision)) == essentials(filter(is_recorded, outcomes))


def is_recorded(verdict: Verdict) -> bool:
    """Whether a record has it: all that rules say, enforced or not."""
    return verdict.outcome not in {Outcome.SATISFIED, Outcome.NOT_APPLICABLE}


def essentials(verdicts: Any) -> set[tuple[Any, ...]]:
    return {
        (*of_rule(each), each.item, each.outcome, each.error, each.ignored, each.waiver) for each in verdicts
    }


@given(worlds(most=3), INTENTS)
def test_no_short_circuit(world: World, intent: Intent) -> None:
    """What each rule says if nobody else is asked is what the record of all says of it."""
    alone = [said(decided(world.with_rules({key}), intent)) for key in world.keys]
    assert set().union(*map(plainly, alone)) == plainly(said(decided(world, intent)))


def test_what_is_drawn_meets() -> None:
    """Laws are held of decisions of all sorts: policies are about the Intents that are drawn with them."""
    found: Counter[Any] = Counter()

    @settings(
        max_examples=120,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(worlds(), FEW_INTENTS)
    def look(world: World, intents: list[Intent]) -> None:
        made = engine(world)
        for intent in intents:
            decision = made.decide(intent, now=NOW)
            found["allowed" if decision.allowed else "denied"] += 1
            found["waived"] += bool(decision.waived)
            found["missing"] += bool(decision.missing)
            found["warned"] += bool(decision.warnings)
            found.update({(verdict.rule.effect, verdict.outcome) for verdict in said(decision)})

    look()
    for effect in HARMLESS:
        assert found[effect, Outcome.ERRORED] >= 3, found
    for spoken in (
        (Effect.REQUIRE, Outcome.VIOLATED),
        (Effect.FORBID, Outcome.VIOLATED),
        (Effect.PERMIT, Outcome.PERMITTED),
    ):
        assert found[spoken] >= 5, found
    assert min(found["allowed"], found["denied"]) >= sum((found["allowed"], found["denied"])) / 5, found
    assert min(found["waived"], found["missing"], found["warned"]) >= 1, found
