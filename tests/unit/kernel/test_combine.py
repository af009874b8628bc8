"""Decisions on a few verdicts, as examples; the laws are among the properties."""

from dataclasses import replace as changed

import pytest
from msgspec.structs import replace

from interlock.identity import ObligationName, PolicyName, RuleName, WaiverName
from interlock.kernel.combine import combine, demands, failed
from interlock.kernel.evidence import Evidence, denies
from interlock.kernel.waivers import lift
from interlock.model.area import Area
from interlock.model.decision import Decision, Demand
from interlock.model.layers import DEFAULT_LAYERS
from interlock.model.obligation import Merge, Obligation
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict
from interlock.model.waiver import Waived, Waiver
from support.rules import RULE, waiver_for
from support.strategies import DIGEST, NAMES, NOW

VIOLATION = Verdict(rule=RULE, outcome=Outcome.VIOLATED, item="tools[0]", message="no")
PERMIT = Verdict(
    rule=replace(RULE, effect=Effect.PERMIT, layer=NAMES[0], rule=RuleName("it")),
    outcome=Outcome.PERMITTED,
    item="tools[0]",
)
WAIVER = waiver_for(RULE)


def test_closed_layers_demand_a_permit_for_each_item() -> None:
    assert demands(DEFAULT_LAYERS, {Area.TOOLS: 2, Area.ACCELERATORS: 5}) == (
        Demand(NAMES[0], Area.TOOLS, "tools[0]"),
        Demand(NAMES[0], Area.TOOLS, "tools[1]"),
    )
    assert demands(DEFAULT_LAYERS, {}) == ()


def test_a_permit_meets_the_demand_of_its_own_layer_area_and_item_only() -> None:
    wanted = demands(DEFAULT_LAYERS, {Area.TOOLS: 1})
    for permit, allowed in (
        (PERMIT, True),
        (replace(PERMIT, item="tools[1]"), False),
        (replace(PERMIT, rule=replace(PERMIT.rule, layer=NAMES[1])), False),
        (replace(PERMIT, rule=replace(PERMIT.rule, area=Area.MODELS)), False),
        (replace(PERMIT, rule=replace(PERMIT.rule, enforcement=Enforcement.WARN)), False),
        (replace(PERMIT, outcome=Outcome.ERRORED), False),
    ):
        decision = combine(Evidence.of([permit]), wanted, DEFAULT_LAYERS, policy_set=DIGEST, now=NOW)
        assert decision.allowed is allowed
        assert decision.missing == (() if allowed else wanted)


def test_a_decision_says_which_policies_decided_it_and_when() -> None:
    decision = combine(Evidence.of([VIOLATION, PERMIT]), (), DEFAULT_LAYERS, policy_set=DIGEST, now=NOW)
    assert (decision.allowed, decision.policy_set, decision.now) == (False, DIGEST, NOW)
    assert (decision.denials, decision.permits) == ((VIOLATION,), (PERMIT,))


def test_what_could_not_be_decided_is_a_denial_that_says_why() -> None:
    decision = failed("the decision ran out of time", policy_set=DIGEST, now=NOW)
    assert (decision.allowed, decision.failure) == (False, "the decision ran out of time")
    assert (decision.policy_set, decision.now) == (DIGEST, NOW)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (VIOLATION, True),
        (replace(VIOLATION, waiver=WaiverName("w")), False),
        (replace(VIOLATION, outcome=Outcome.SATISFIED), False),
        (replace(VIOLATION, outcome=Outcome.NOT_APPLICABLE), False),
        (replace(VIOLATION, outcome=Outcome.ERRORED), True),
        (replace(VIOLATION, outcome=Outcome.ERRORED, waiver=WaiverName("w")), True),
        (replace(VIOLATION, outcome=Outcome.ERRORED, ignored=True), False),
        (replace(PERMIT, outcome=Outcome.ERRORED), False),
        (PERMIT, False),
    ],
)
def test_what_denies(verdict: Verdict, expected: bool) -> None:  # noqa: FBT001  # a table
    assert denies(verdict) is expected


def test_of_several_waivers_the_first_by_name_is_named() -> None:
    later, earlier = changed(WAIVER, name=WaiverName("z")), changed(WAIVER, name=WaiverName("a"))
    for waivers in ([later, earlier], [earlier, later]):
        lifted = lift(VIOLATION, waivers, DEFAULT_LAYERS, now=NOW, covers=lambda _: True)
        assert lifted == replace(VIOLATION, waiver=WaiverName("a"))


def test_a_waiver_is_asked_for_its_scope_last() -> None:
    def never(waiver: Waiver) -> bool:
        raise AssertionError(waiver.name)

    for waiver in (
        changed(WAIVER, layer=NAMES[2]),
        changed(WAIVER, expires=NOW),
        changed(WAIVER, rules=()),
    ):
        assert lift(VIOLATION, [waiver], DEFAULT_LAYERS, now=NOW, covers=never) is VIOLATION


def test_a_waiver_may_name_several_rules() -> None:
    other = Waived(policy=PolicyName("other"), rule=RULE.rule, digest=RULE.digest)
    waiver = changed(WAIVER, rules=(other, *WAIVER.rules))
    assert lift(VIOLATION, [waiver], DEFAULT_LAYERS, now=NOW, covers=lambda _: True).waiver == "w"


def obliging(permit: Verdict, value: int, *, advises: int | None = None) -> Verdict:
    """`permit` of a rule of its own that obliges to `value`, and may advise."""
    name = ObligationName("level")
    advice = () if advises is None else (Obligation(ObligationName("tip"), Merge.MIN, advises),)
    kept = Obligation(ObligationName("keep"), Merge.MAX, value)
    obligations = (Obligation(name, Merge.EQUAL, value), kept)
    rule = replace(permit.rule, rule=RuleName(f"r{value}"), obligations=obligations, advice=advice)
    return replace(permit, rule=rule)


def decided(*said: Verdict) -> Decision:
    return combine(Evidence.of(said), (), DEFAULT_LAYERS, policy_set=DIGEST, now=NOW)


def test_an_allowance_carries_the_obligations_and_the_advice_of_its_permits() -> None:
    decision = decided(obliging(PERMIT, 3, advises=7))
    assert decision.allowed
    assert [(each.name, each.value) for each in decision.obligations] == [("keep", 3), ("level", 3)]
    assert [(each.name, each.value) for each in decision.advice] == [("tip", 7)]


def test_where_obligations_clash_there_is_no_allowance_and_nothing_goes_with_it() -> None:
    decision = decided(obliging(PERMIT, 3, advises=7), obliging(PERMIT, 4, advises=8))
    assert not decision.allowed
    assert [conflict.subject for conflict in decision.conflicts] == ["obligation `level`"]
    assert (decision.obligations, decision.advice) == ((), ())


def test_a_denial_keeps_its_other_obligations_where_some_clash() -> None:
    denials = [obliging(VIOLATION, 3, advises=7), obliging(VIOLATION, 4, advises=8)]
    decision = decided(*denials)
    assert [conflict.subject for conflict in decision.conflicts] == ["obligation `level`"]
    assert [(each.name, each.value) for each in decision.obligations] == [("keep", 4)]
    assert [(each.name, each.value) for each in decision.advice] == [("tip", 7)]


def test_advice_that_clashes_is_there_and_empty_not_as_if_nobody_gave_any() -> None:
    tip = Obligation(ObligationName("tip"), Merge.EQUAL, 7)
    rules = [replace(RULE, rule=RuleName(f"r{number}"), advice=(tip,)) for number in range(2)]
    other = replace(rules[1], advice=(replace(tip, value=8),))
    decision = decided(*(replace(VIOLATION, rule=rule) for rule in (rules[0], other)))
    (advice,) = decision.advice
    assert (advice.name, advice.value) == ("tip", frozenset())
