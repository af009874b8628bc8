"""What the rules of some layers can say of an Intent, and what waives it: all of it, and drawn.

Values come from small pools, so that what is drawn apart still meets: the
layer of a rule is one of the layers, a waiver names a rule that spoke.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace as changed
from functools import cache
from itertools import combinations, product
from typing import Final

from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.identity import Digest, LayerName, ObligationName, PolicyName, RuleName, WaiverName
from interlock.model.area import Area, path
from interlock.model.decision import Conflict
from interlock.model.layers import Layer, Layers
from interlock.model.limit import Bound, Bounds
from interlock.model.obligation import Merge, Obligation
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, RuleId, Verdict
from interlock.model.waiver import Waived, Waiver
from interlock.units import Instant
from support.rules import RULE, waiver_for
from support.strategies import NAMES, NOW

OTHER_DIGEST: Final = Digest("sha256:" + "f" * 64)
AREAS: Final = (Area.INTENT, Area.TOOLS, Area.MODELS)
_JUDGING: Final = (Outcome.SATISFIED, Outcome.VIOLATED, Outcome.ERRORED)
OUTCOMES: Final[Mapping[Effect, Sequence[Outcome]]] = {
    Effect.REQUIRE: _JUDGING,
    Effect.FORBID: _JUDGING,
    Effect.PERMIT: (Outcome.PERMITTED, Outcome.NOT_APPLICABLE, Outcome.ERRORED),
    Effect.LIMIT: _JUDGING,
}
OBLIGATION: Final = Obligation(ObligationName("retention-days"), Merge.MAX, 30)
CONFLICTS: Final = tuple(
    Conflict(subject=subject, reason=reason, policies=(PolicyName(policy),))
    for subject, reason, policy in product(("spec.a", "spec.b"), ("they differ", "it is no number"), "pq")
)
BOUND: Final = Bound("intent.llm.maxOutputTokens", Bounds(ceiling=1000))
CLOSURES: Final = tuple(
    frozenset(closed) for size in range(len(AREAS) + 1) for closed in combinations(AREAS, size)
)


@st.composite
def layers(draw: st.DrawFn) -> Layers:
    """Two to four layers, mostly four, any of them closed in any areas."""
    names = NAMES[: draw(st.sampled_from([2, 3, 4, 4, 4, 4]))]
    return Layers(tuple(Layer(name=name, closed=draw(st.sampled_from(CLOSURES))) for name in names))


def counts() -> st.SearchStrategy[dict[Area, int]]:
    """How many items an Intent has in each area that is in play."""
    several = product(range(3), repeat=2)
    every = [{Area.INTENT: 1, Area.TOOLS: tools, Area.MODELS: models} for tools, models in several]
    return st.sampled_from([{area: count for area, count in each.items() if count} for each in every])


def rules(of: Layers) -> tuple[RuleId, ...]:
    """One rule of each sort in each layer, named after what it is, and each permit with an obligation too."""
    return tuple(rule for layer in of.order for rule in _rules(layer.name))


@cache
def _rules(layer: LayerName) -> tuple[RuleId, ...]:
    return tuple(
        replace(
            RULE,
            policy=PolicyName(f"{layer}-{area}-{enforcement}"),
            rule=RuleName(f"{effect}-obliging" if obligations else f"{effect}"),
            layer=layer,
            area=area,
            effect=effect,
            enforcement=enforcement,
            obligations=obligations,
        )
        for area, enforcement, effect in product(AREAS, Enforcement, Effect)
        for obligations in ([(), (OBLIGATION,)] if effect is Effect.PERMIT else [()])
    )


def sayings(rule: RuleId, item: str) -> Iterator[Verdict]:
    """Everything that `rule` can say of `item`, lifted by a waiver or not, ignored or not."""
    for outcome in OUTCOMES[rule.effect]:
        plain = Verdict(rule=rule, outcome=outcome, item=item)
        bounding = replace(plain, bound=BOUND if rule.effect is Effect.LIMIT else None)
        match outcome:
            case Outcome.VIOLATED:
                yield replace(bounding, message="no")
                yield replace(bounding, message="no", waiver=WaiverName("w"))
            case Outcome.ERRORED:
                yield replace(plain, error="divide by zero")
                if rule.effect is not Effect.PERMIT:
                    yield replace(plain, error="divide by zero", ignored=True)
            case _:
                yield bounding


@cache
def _sayings(layer: LayerName, outcomes: frozenset[Outcome]) -> Sequence[Verdict]:
    """What each rule of this layer can say of either of two items."""
    return [
        verdict
        for rule in _rules(layer)
        for item in dict.fromkeys((path(rule.area, 0), path(rule.area, 1)))
        for verdict in sayings(rule, item)
        if verdict.outcome in outcomes
    ]


@cache
def _all_sayings(layers: tuple[LayerName, ...], outcomes: frozenset[Outcome]) -> Sequence[Verdict]:
    """What rules of all these layers can say, in turn: what stands first is drawn more often."""
    return [
        verdict for same in zip(*(_sayings(each, outcomes) for each in layers), strict=True) for verdict in same
    ]


def rule_ids(of: Layers) -> st.SearchStrategy[RuleId]:
    """A rule of one of these layers."""
    return st.sampled_from(rules(of))


def verdicts(of: Layers, outcomes: Iterable[Outcome] = Outcome) -> st.SearchStrategy[Verdict]:
    """Anything of one of these outcomes that a rule of these layers can say, lifted by a waiver or not."""
    return st.sampled_from(_all_sayings(tuple(layer.name for layer in of.order), frozenset(outcomes)))


@st.composite
def evidence(draw: st.DrawFn, of: Layers) -> list[Verdict]:
    """What rules of these layers said; as in an evaluation, each rule speaks once of an item.

    In half of it closed layers permit all that they can be asked, and a third
    holds no denial, so that neither allowances nor denials are rare.
    """
    harmless = set(Outcome) - {Outcome.VIOLATED, Outcome.ERRORED}
    outcomes = draw(st.sampled_from([set(Outcome), set(Outcome), harmless]))
    size = draw(st.integers(0, 20))
    said = draw(st.lists(verdicts(of, outcomes), min_size=size, max_size=size))
    if draw(st.booleans()):
        said += permits(of)
    return list({(each.rule.policy, each.rule.rule, each.item): each for each in said}.values())


def permits(of: Layers) -> list[Verdict]:
    """A permit of everything that closed layers can demand, by a rule without obligations."""
    return [
        Verdict(rule=rule, outcome=Outcome.PERMITTED, item=path(rule.area, number))
        for rule in rules(of)
        if rule.effect is Effect.PERMIT
        and rule.enforcement is Enforcement.ENFORCE
        and not rule.obligations
        and (rule.layer, rule.area) in of.closures
        for number in range(2)
    ]


def conflicts() -> st.SearchStrategy[list[Conflict]]:
    """Conflicts between what policies wanted of the object."""
    return st.lists(st.sampled_from(CONFLICTS), max_size=6)


def violations(of: Layers) -> st.SearchStrategy[Verdict]:
    """A violation that nothing lifts."""
    return verdicts(of, {Outcome.VIOLATED}).map(lambda verdict: replace(verdict, waiver=None))


@st.composite
def _waived(draw: st.DrawFn, target: RuleId) -> Waived:
    """`target` or a rule that differs from it in one thing or more."""
    return Waived(
        policy=draw(st.sampled_from([target.policy, target.policy, PolicyName("other")])),
        rule=draw(st.sampled_from([target.rule, target.rule, RuleName("other")])),
        digest=draw(st.sampled_from([target.digest, target.digest, OTHER_DIGEST])),
    )


@st.composite
def waivers(draw: st.DrawFn, of: Layers, target: RuleId) -> Waiver:
    """A waiver that may or may not reach `target`, for an interval that may or may not hold `NOW`."""
    starts = NOW + draw(st.sampled_from([0, -1000, -1, 1]))
    return changed(
        waiver_for(target),
        name=WaiverName(draw(st.sampled_from(["v", "w"]))),
        layer=draw(st.sampled_from([layer.name for layer in of.order])),
        rules=tuple(draw(st.lists(_waived(target), min_size=1, max_size=2))),
        starts=Instant(starts),
        expires=Instant(starts + draw(st.sampled_from([1, 2, 1000, 1001]))),
        max_uses=draw(st.sampled_from([None, None, 1])),
    )
