"""The laws of composition: of every policy set and every Intent, not of examples."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.decisionlog.record import record
from interlock.identity import PolicyName, RuleName, WaiverName
from interlock.kernel.combine import combine, demands
from interlock.kernel.evidence import Evidence
from interlock.kernel.waivers import lift
from interlock.model.area import Area, path
from interlock.model.decision import Decision
from interlock.model.layers import Layer, Layers
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, RuleId, Verdict
from interlock.units import Instant
from support.model import is_allowed
from support.strategies import (
    DIGEST,
    HERE,
    NAMES,
    NOW,
    OUTCOMES,
    counts,
    evidence,
    layers,
    rule_ids,
    verdicts,
    violations,
    waivers,
)


def decided(said: Iterable[Verdict], of: Layers, items: Mapping[Area, int]) -> Decision:
    return combine(Evidence.of(said), demands(of, items), of, policy_set=DIGEST, now=NOW)


def allowed(said: Iterable[Verdict], of: Layers, items: Mapping[Area, int]) -> bool:
    return decided(said, of, items).allowed


def errored(verdict: Verdict) -> Verdict:
    return replace(
        verdict, outcome=Outcome.ERRORED, message="", error="no such key", ignored=False, waiver=None
    )


@given(st.data(), layers(), counts())
def test_the_kernel_decides_as_the_reference_does(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    said = data.draw(evidence(of))
    assert allowed(said, of, items) is is_allowed(said, of, items)


@given(st.data(), layers(), counts())
def test_a_denial_is_final(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = data.draw(evidence(of))
    rule = replace(data.draw(violations(of)).rule, enforcement=Enforcement.ENFORCE)
    denial = Verdict(rule=rule, outcome=Outcome.VIOLATED, item="intent", message="no")
    decision = decided([*said, denial], of, items)
    assert not decision.allowed
    assert denial in decision.denials


@given(layers(), counts())
def test_where_nobody_permits_a_closed_layer_denies(of: Layers, items: dict[Area, int]) -> None:
    is_closed = any(items.get(area, 0) for layer in of.order for area in layer.closed)
    decision = decided([], of, items)
    assert decision.allowed is not is_closed
    assert decision.missing == demands(of, items)


@given(st.data(), layers(), counts())
def test_order_and_repetition_do_not_matter(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = data.draw(evidence(of))
    again = data.draw(st.permutations(said + said[: len(said) // 2]))
    assert bytes_of(decided(again, of, items)) == bytes_of(decided(said, of, items))


@given(st.data(), layers(), counts())
def test_grouping_does_not_matter(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = data.draw(evidence(of))
    cut = data.draw(st.integers(0, len(said)))
    one, other = Evidence.of(said[:cut]), Evidence.of(said[cut:])
    together = combine(one.join(other), demands(of, items), of, policy_set=DIGEST, now=NOW)
    assert together == decided(said, of, items)
    assert one.join(other) == other.join(one)
    assert one.join(Evidence()) == one.join(one) == one


@given(st.data(), layers(), counts())
def test_adding_anything_but_a_permit_never_opens(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    said = data.draw(evidence(of))
    more = data.draw(verdicts(of, set(Outcome) - {Outcome.PERMITTED}))
    assert allowed([*said, more], of, items) <= allowed(said, of, items)


@given(st.data(), layers(), counts())
def test_adding_a_permit_never_closes(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = data.draw(evidence(of))
    permit = data.draw(verdicts(of, {Outcome.PERMITTED}))
    assert allowed([*said, permit], of, items) >= allowed(said, of, items)


@given(st.data(), layers(), counts())
def test_adding_a_layer_never_opens(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = data.draw(evidence(of))
    upper = Layers(of.order[:-1])
    below = of.order[-1].name
    kept = [verdict for verdict in said if verdict.rule.layer != below]
    assert allowed(said, of, items) <= allowed(kept, upper, items)


@given(st.data(), layers(), counts())
def test_what_a_layer_denies_no_other_layer_allows(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    said = data.draw(evidence(of))
    one_by_one = [
        allowed([each for each in said if each.rule.layer == layer.name], Layers((layer,)), items)
        for layer in of.order
    ]
    assert allowed(said, of, items) is all(one_by_one)


@given(st.data(), layers(), counts())
def test_an_error_never_opens(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = data.draw(st.lists(verdicts(of), min_size=1, max_size=6))
    broken = data.draw(st.sampled_from(said))
    after = [errored(verdict) if verdict is broken else verdict for verdict in said]
    decision = decided(after, of, items)
    assert decision.allowed <= allowed(said, of, items)
    if broken.rule.enforcement is Enforcement.ENFORCE:
        assert errored(broken) in decision.errors


@given(st.data(), layers(), counts())
def test_an_errored_permit_permits_nothing(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = data.draw(evidence(of))
    silent = [verdict for verdict in said if verdict.outcome is not Outcome.PERMITTED]
    permits = [errored(verdict) for verdict in said if verdict.outcome is Outcome.PERMITTED]
    assert allowed([*silent, *permits], of, items) is allowed(silent, of, items)


@given(st.data(), layers(), counts())
def test_what_is_not_enforced_changes_nothing_but_its_own_record(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    said = data.draw(evidence(of))
    enforced = [verdict for verdict in said if verdict.rule.enforcement is Enforcement.ENFORCE]
    with_others = decided(said, of, items)
    assert replace(with_others, warnings=(), audits=()) == decided(enforced, of, items)


@given(st.data(), layers(), counts())
def test_warnings_are_the_denials_that_enforcing_would_bring(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    said = data.draw(evidence(of))
    promoted = [
        replace(verdict, rule=replace(verdict.rule, enforcement=Enforcement.ENFORCE))
        for verdict in said
        if verdict.rule.enforcement is Enforcement.WARN
    ]
    denials = decided(promoted, of, items).denials
    warnings = decided(said, of, items).warnings
    assert denials == tuple(
        replace(each, rule=replace(each.rule, enforcement=Enforcement.ENFORCE)) for each in warnings
    )


@given(st.data(), layers(), counts())
def test_a_decision_names_exactly_what_it_rests_on(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    without = [verdict for verdict in said if verdict not in decision.denials]
    assert decided(without, of, items).denials == ()
    assert decision.allowed is (not decision.denials and not decision.missing)
    for demand in decision.missing:
        permit = replace(
            Verdict(rule=PERMIT, outcome=Outcome.PERMITTED, item=demand.item),
            rule=replace(PERMIT, layer=demand.layer, area=demand.area),
        )
        assert demand not in decided([*said, permit], of, items).missing


PERMIT = RuleId(
    policy=PolicyName("allow-list"),
    rule=RuleName("it"),
    layer=NAMES[0],
    area=Area.TOOLS,
    effect=Effect.PERMIT,
    enforcement=Enforcement.ENFORCE,
    digest=DIGEST,
    span=HERE,
)


@given(st.data(), layers(), counts())
def test_a_record_is_in_the_order_of_layer_policy_rule_and_item(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    decision = decided(data.draw(evidence(of)), of, items)
    for part in (decision.denials, decision.permits, decision.errors, decision.warnings, decision.audits):
        keys = [(of.rank[each.rule.layer], each.rule.policy, each.rule.rule, each.item) for each in part]
        assert keys == sorted(keys)


# Waivers


@given(st.data(), layers())
def test_a_waiver_lifts_exactly_the_rule_that_it_names_while_it_is_in_force(
    data: st.DataObject, of: Layers
) -> None:
    violation = data.draw(violations(of))
    waiver = data.draw(waivers(of, violation.rule))
    covers = data.draw(st.booleans())
    rule, named = violation.rule, waiver.rules[0]
    order = [layer.name for layer in of.order]
    lifts = (
        (named.policy, named.rule, named.digest) == (rule.policy, rule.rule, rule.digest)
        and waiver.starts <= NOW
        and waiver.expires > NOW
        and order.index(waiver.layer) <= order.index(rule.layer)
        and covers
    )
    after = lift(violation, [waiver], of, now=NOW, covers=lambda _: covers)
    assert after == replace(violation, waiver=waiver.name if lifts else None)


@given(st.data(), layers(), st.integers(-3, 1003))
def test_a_waiver_holds_from_its_start_until_just_before_its_expiry(
    data: st.DataObject, of: Layers, since: int
) -> None:
    waiver = data.draw(waivers(of, data.draw(rule_ids(of))))
    now = Instant(waiver.starts + since)
    assert waiver.is_in_force(now) is (since >= 0 and now < waiver.expires)
    assert waiver.is_in_force(waiver.starts)
    assert not waiver.is_in_force(waiver.expires)


@given(st.data(), layers())
def test_a_waiver_never_lifts_an_error_or_gives_a_permit(data: st.DataObject, of: Layers) -> None:
    verdict = data.draw(verdicts(of, set(Outcome) - {Outcome.VIOLATED}))
    waiver = data.draw(waivers(of, verdict.rule))
    assert lift(verdict, [waiver], of, now=NOW, covers=lambda _: True) is verdict


@given(st.data(), layers(), counts())
def test_taking_a_waiver_away_never_opens(data: st.DataObject, of: Layers, items: dict[Area, int]) -> None:
    said = [replace(verdict, waiver=None) for verdict in data.draw(evidence(of))]
    rule = data.draw(st.sampled_from([verdict.rule for verdict in said]) if said else rule_ids(of))
    given_out = data.draw(st.lists(waivers(of, rule), max_size=3))

    def lifted(by: Any) -> list[Verdict]:
        return [lift(verdict, by, of, now=NOW, covers=lambda _: True) for verdict in said]

    assert allowed(lifted(given_out[1:]), of, items) <= allowed(lifted(given_out), of, items)
    assert lifted(given_out) == lifted(given_out[::-1])


@given(st.data(), layers(), counts())
def test_a_waived_violation_is_recorded_and_denies_nothing(
    data: st.DataObject, of: Layers, items: dict[Area, int]
) -> None:
    said = data.draw(evidence(of))
    unwaived = [verdict for verdict in said if verdict.waiver is None]
    decision = decided(said, of, items)
    assert decision.allowed is allowed(unwaived, of, items)
    assert set(decision.waived) == {
        each for each in said if each.waiver and each.rule.enforcement is Enforcement.ENFORCE
    }


# Everything that can be said by a few rules, without drawing


def cells(enforcements: Iterable[Enforcement]) -> list[Verdict]:
    """Every verdict that one rule of two layers can give of one tool."""
    made: list[Verdict] = []
    rules = itertools.product(Effect, enforcements, NAMES[:2])
    for effect, enforcement, layer in rules:
        rule = replace(PERMIT, rule=RuleName(f"{effect}"), effect=effect, enforcement=enforcement, layer=layer)
        for outcome in OUTCOMES[effect]:
            plain = Verdict(rule=rule, outcome=outcome, item="tools[0]")
            made.append(plain)
            if outcome is Outcome.VIOLATED:
                made.append(replace(plain, waiver=WaiverName("w")))
            if outcome is Outcome.ERRORED and effect is not Effect.PERMIT:
                made.append(replace(plain, ignored=True))
    return made


ALL_LAYERS = [
    Layers((Layer(name=NAMES[0], closed=upper), Layer(name=NAMES[1], closed=lower)))
    for upper, lower in itertools.product([frozenset[Area](), frozenset({Area.TOOLS})], repeat=2)
]


@pytest.mark.parametrize(
    "of", ALL_LAYERS, ids=lambda of: "-".join(str(len(layer.closed)) for layer in of.order)
)
@pytest.mark.parametrize("tools", [0, 1])
def test_all_combinations_of_a_few_verdicts_are_decided_as_the_reference_does(of: Layers, tools: int) -> None:
    items = {Area.INTENT: 1, Area.TOOLS: tools}
    small = itertools.chain.from_iterable(itertools.combinations(cells(Enforcement), size) for size in range(3))
    larger = itertools.combinations(cells([Enforcement.ENFORCE]), 3)
    for said in itertools.chain(small, larger):
        assert allowed(said, of, items) is is_allowed(said, of, items), said


def test_every_kind_of_cell_is_among_the_combinations() -> None:
    seen = {
        (cell.rule.effect, cell.outcome, cell.rule.enforcement, cell.rule.layer) for cell in cells(Enforcement)
    }
    assert len(seen) == sum(map(len, OUTCOMES.values())) * len(Enforcement) * 2


# Bytes


def bytes_of(decision: Decision) -> bytes:
    return json.dumps(record(decision), sort_keys=True).encode()


def sample() -> bytes:
    """A decision on many verdicts, as bytes."""
    of = ALL_LAYERS[-1]
    said = [
        replace(
            cell,
            rule=replace(cell.rule, policy=PolicyName(f"p{number % 7}")),
            item=path(Area.TOOLS, number % 3),
        )
        for number, cell in enumerate(cells(Enforcement))
    ]
    return bytes_of(decided(said, of, {Area.TOOLS: 4}))


def test_a_record_is_the_same_bytes_in_every_process() -> None:
    script = "import sys; from properties.test_combine_laws import sample; sys.stdout.buffer.write(sample())"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert found == {sample()}
