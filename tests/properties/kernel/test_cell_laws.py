"""Everything that a few rules can say, without drawing; and that what is drawn reaches all of it.

A decision depends on the set of signals of each layer, so all sets of all
layers are all there is: what holds of each of them holds of any number of rules.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from interlock.identity import LayerName
from interlock.kernel.combine import combine, demands
from interlock.kernel.evidence import Evidence
from interlock.model.area import Area
from interlock.model.layers import Layer, Layers
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.laws import Items, allowed, decided
from support.model import is_allowed
from support.sayings import OUTCOMES, counts, evidence, layers, rules, sayings
from support.strategies import DIGEST, NAMES, NOW

Closed: TypeAlias = tuple[frozenset[Area], ...]
CLOSED: Final = (frozenset[Area](), frozenset({Area.TOOLS}))
TWO: Final = list(itertools.product(CLOSED, repeat=2))
ONE_TOOL: Final = {Area.INTENT: 1, Area.TOOLS: 1}


def layers_of(*closed: frozenset[Area]) -> Layers:
    return Layers(tuple(Layer(name=name, closed=areas) for name, areas in zip(NAMES, closed, strict=False)))


def named(closed: Closed) -> str:
    return "-".join("closed" if areas else "open" for areas in closed)


def subsets(verdicts: Iterable[Verdict]) -> list[frozenset[Verdict]]:
    listed = list(verdicts)
    return [
        frozenset(chosen) for size in range(len(listed) + 1) for chosen in itertools.combinations(listed, size)
    ]


def cells(of: Layers, enforcements: Iterable[Enforcement]) -> list[Verdict]:
    """Every verdict that one rule of these layers can give of one tool."""
    modes = set(enforcements)
    return [
        verdict
        for rule in rules(of)
        if rule.area is Area.TOOLS and rule.enforcement in modes
        for verdict in sayings(rule, "tools[0]")
    ]


def signals(layer: Layer) -> list[Verdict]:
    """What counts of what an enforced `require`, for all rules that judge, and permits of `layer` can say."""
    return [
        verdict
        for verdict in cells(Layers((layer,)), [Enforcement.ENFORCE])
        if verdict.rule.effect in {Effect.REQUIRE, Effect.PERMIT}
        and verdict.outcome not in {Outcome.SATISFIED, Outcome.NOT_APPLICABLE}
    ]


def plain_signals(layer: Layer) -> list[Verdict]:
    """A violation, an error that counts, a permit and an errored permit, without waivers and obligations."""
    return [
        verdict
        for verdict in signals(layer)
        if verdict.waiver is None and not verdict.ignored and not verdict.rule.obligations
    ]


def decide_all(of: Layers, evidence_of_each: Iterable[Sequence[frozenset[Verdict]]]) -> int:
    """How many decisions there are if each layer has said any of its sets; all are as the reference's."""
    wanted = demands(of, ONE_TOOL)
    count = 0
    for chosen in itertools.product(*evidence_of_each):
        said = frozenset[Verdict]().union(*chosen)
        decision = combine(Evidence(said), wanted, of, policy_set=DIGEST, now=NOW)
        assert decision.allowed is is_allowed(said, of, ONE_TOOL), said
        count += 1
    return count


@pytest.mark.parametrize("closed", TWO, ids=named)
@pytest.mark.parametrize("tools", [0, 1])
def test_all_combinations_of_a_few_verdicts_are_decided_as_the_reference_does(
    closed: Closed, tools: int
) -> None:
    of, items = layers_of(*closed), {Area.INTENT: 1, Area.TOOLS: tools}
    pairs = itertools.chain.from_iterable(
        itertools.combinations(cells(of, Enforcement), size) for size in range(3)
    )
    triples = itertools.combinations(cells(of, [Enforcement.ENFORCE]), 3)
    for said in itertools.chain(pairs, triples):
        assert allowed(said, of, items) is is_allowed(said, of, items), said


@pytest.mark.parametrize("closed", TWO, ids=named)
def test_every_state_of_two_layers_is_decided_as_the_reference_does(closed: Closed) -> None:
    of = layers_of(*closed)
    assert decide_all(of, [subsets(signals(layer)) for layer in of.order]) == 2 ** (8 + 8)


def test_every_state_of_four_layers_is_decided_as_the_reference_does() -> None:
    # 1,048,576 decisions with errored permits among the signals, 65,536 without.
    size = 4 if settings.get_current_profile_name() == "deep" else 3
    count = 0
    for closed in itertools.product(CLOSED, repeat=4):
        of = layers_of(*closed)
        count += decide_all(of, [subsets(plain_signals(layer)[:size]) for layer in of.order])
    assert count == (2**size * 2) ** 4


def test_every_kind_of_verdict_is_among_the_combinations() -> None:
    seen = {
        cell(verdict, of) for closed in TWO for of in [layers_of(*closed)] for verdict in cells(of, Enforcement)
    }
    assert seen == {each for each in EVERY_CELL if each[4] in NAMES[:2]}


EXAMPLES: Final = 8000
Cell: TypeAlias = tuple[Effect, Outcome, bool, Enforcement, LayerName, bool]


def test_case_coverage() -> None:
    """What the laws draw reaches every cell, and is denied and allowed about equally often for each cause."""
    seen: Counter[Cell] = Counter()
    causes: Counter[tuple[bool, bool]] = Counter()

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.data(), layers(), counts())
    def observe(data: st.DataObject, of: Layers, items: Items) -> None:
        said = data.draw(evidence(of))
        seen.update(cell(verdict, of) for verdict in said)
        decision = decided(said, of, items)
        causes[bool(decision.denials), bool(decision.missing)] += 1

    observe()
    assert set(seen) == EVERY_CELL
    assert len(causes) == 4
    assert min(causes.values()) > EXAMPLES // 10


def cell(verdict: Verdict, of: Layers) -> Cell:
    """Effect, outcome, whether a waiver or the policy took it back, mode, layer, and whether that is closed."""
    rule = verdict.rule
    is_closed = (rule.layer, rule.area) in of.closures
    taken_back = verdict.ignored or verdict.waiver is not None
    return rule.effect, verdict.outcome, taken_back, rule.enforcement, rule.layer, is_closed


EVERY_CELL: Final[set[Cell]] = {
    (effect, outcome, taken_back, mode, layer, is_closed)
    for effect, mode, layer, is_closed in itertools.product(Effect, Enforcement, NAMES, (False, True))
    for outcome in OUTCOMES[effect]
    for taken_back in (
        (False, True)
        if effect is not Effect.PERMIT and outcome in {Outcome.VIOLATED, Outcome.ERRORED}
        else (False,)
    )
}
