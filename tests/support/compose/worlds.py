"""Worlds: first the layers, then policies in those layers, then waivers of those policies' rules."""

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from interlock.model.area import Area
from interlock.model.policy import Effect, Enforcement, OnError
from support.compose.conditions import COSTLY, conditions, typed
from support.compose.facts import ACTIONS, KINDS
from support.compose.intents import AREAS
from support.compose.world import LayerDraft, PolicyDraft, RuleDraft, RuleKey, WaiverDraft, World
from support.strategies import NOW

LAYER_NAMES: Final = ("organization", "platform", "team", "agent")
DENYING: Final = (Effect.REQUIRE, Effect.FORBID)
EFFECTS: Final = (*DENYING, *DENYING, Effect.PERMIT, Effect.PERMIT)
MODES: Final = (*[Enforcement.ENFORCE] * 3, Enforcement.WARN, Enforcement.AUDIT)
HARMLESS: Final = {Effect.REQUIRE: "true", Effect.FORBID: "false", Effect.PERMIT: "true"}

TIGHT: Final = st.fixed_dictionaries(
    {"expression": st.sampled_from([100, 10_000]), "policy": st.sampled_from([50, 150, 500, 2000])}
)
"""Limits of cost that the costly conditions are just within or just past; a decision is far from its own."""


@st.composite
def layers(draw: st.DrawFn, areas: Sequence[Area] = AREAS) -> tuple[LayerDraft, ...]:
    """One to three layers, any but the highest of which may ignore errors; `areas` may be closed."""
    names = LAYER_NAMES[: draw(st.integers(1, 3))]
    closed = st.just(frozenset[Area]()) | st.frozensets(st.sampled_from(areas), max_size=2)
    return tuple(
        LayerDraft(name=name, closed=draw(closed), may_ignore_errors=bool(rank) and draw(st.booleans()))
        for rank, name in enumerate(names)
    )


@st.composite
def rules(
    draw: st.DrawFn, name: str, area: Area, variables: tuple[str, ...], effects: tuple[Effect, ...]
) -> RuleDraft:
    """A rule of a policy on `area`; a quarter says nothing or permits all."""
    effect = draw(st.sampled_from(effects))
    is_harmless = draw(st.integers(0, 3)) == 3
    return RuleDraft(
        name=name,
        effect=effect,
        condition=HARMLESS[effect] if is_harmless else draw(conditions(area, variables)),
        message_expression=draw(st.sampled_from(["", "", "'team ' + intent.attribution.team"])),
    )


@st.composite
def policies(
    draw: st.DrawFn,
    name: str,
    of: tuple[LayerDraft, ...],
    areas: Sequence[Area] = AREAS,
    effects: tuple[Effect, ...] = EFFECTS,
) -> PolicyDraft:
    """A policy of one of these layers on one of these areas."""
    layer = draw(st.sampled_from(of))
    area = draw(st.sampled_from(areas))
    names = draw(st.sampled_from([(), (), ("limit",), ("owner",)]))
    kinds = {"limit": "int", "owner": "string"}
    return PolicyDraft(
        name=name,
        layer=layer.name,
        area=area,
        enforcement=draw(st.sampled_from(MODES)),
        on_error=draw(st.sampled_from(OnError)) if layer.may_ignore_errors else OnError.DENY,
        actions=draw(st.sampled_from([(), (), ACTIONS[:1], ACTIONS[:2]])),
        kinds=draw(st.sampled_from([(), (), (), KINDS[:1]])),
        when=draw(st.just("") | st.just("") | conditions(area)),
        variables=tuple((each, draw(typed(kinds[each], area))) for each in names),
        rules=tuple(
            draw(rules(f"r{number}", area, names, effects)) for number in range(draw(st.integers(1, 3)))
        ),
    )


@st.composite
def waivers(draw: st.DrawFn, name: str, targets: list[RuleKey], of: tuple[LayerDraft, ...]) -> WaiverDraft:
    """A waiver by the highest layer of some of `targets`, which is in force or just not."""
    rules_ = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=3, unique=True))
    starts = NOW + draw(st.sampled_from([0, -1000, -1000, -1, 1]))
    return WaiverDraft(
        name=name,
        layer=of[0].name,
        rules=tuple(rules_),
        scope=draw(st.just("true") | conditions(Area.INTENT)),
        starts=starts,
        expires=starts + draw(st.sampled_from([1, 1000, 5000])),
    )


def waivable(world: World) -> list[RuleKey]:
    """The rules that a waiver can name."""
    return [
        (policy.name, rule.name)
        for policy in world.policies
        for rule in policy.rules
        if rule.effect is not Effect.PERMIT
    ]


@st.composite
def worlds(draw: st.DrawFn, most: int = 4, most_waivers: int = 2) -> World:
    """A world of up to `most` policies on two areas; in half of them all that layers close is permitted."""
    areas = (draw(st.sampled_from(AREAS)), draw(st.sampled_from(AREAS)))
    of = draw(layers(areas))
    count = draw(st.integers(1, most))
    world = World(layers=of, policies=tuple(draw(policies(f"p{number}", of, areas)) for number in range(count)))
    if draw(st.booleans()):
        world = world.with_policies(*permitting(of))
    targets = waivable(world)
    count = draw(st.integers(0, most_waivers)) if targets else 0
    return replace(world, waivers=tuple(draw(waivers(f"w{number}", targets, of)) for number in range(count)))


def permitting(of: tuple[LayerDraft, ...]) -> list[PolicyDraft]:
    """Policies that permit all that these layers close."""
    permit = RuleDraft(name="all", effect=Effect.PERMIT, condition="true")
    return [
        PolicyDraft(name=f"all-{layer.name}-{area}", layer=layer.name, area=area, rules=(permit,))
        for layer in of
        for area in sorted(layer.closed)
    ]


@st.composite
def costly_worlds(draw: st.DrawFn, modes: Container[Enforcement] = tuple(Enforcement)) -> World:
    """A world whose policies of these modes may or may not cost more than they may."""
    world = draw(worlds(most=3))
    costly = st.sampled_from(COSTLY)
    dear = [
        replace(
            policy,
            rules=tuple(
                replace(rule, condition=f"({draw(costly)}) && ({rule.condition})")
                if draw(st.booleans())
                else replace(rule, condition=draw(costly))
                for rule in policy.rules
            ),
        )
        if policy.enforcement in modes
        else policy
        for policy in world.policies
    ]
    return replace(world.of(dear), costs=draw(TIGHT))
