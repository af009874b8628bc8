"""The laws of waivers: each lifts violations of exactly the rules it names, while it is in force.

A waiver never grants, never lifts an error, never reaches above its layer, and
what it lifts stays on record.
"""

import itertools
from collections.abc import Iterable
from dataclasses import replace as changed

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.identity import Digest, LayerName, PolicyName, RuleName, WaiverName
from interlock.kernel.waivers import lift
from interlock.model.layers import Layer, Layers
from interlock.model.verdict import Outcome, Verdict
from interlock.model.waiver import Waived, Waiver
from interlock.units import Instant
from support.laws import VIOLATION, WAIVER, Items, allowed, decided, is_enforced
from support.sayings import counts, evidence, layers, rule_ids, verdicts, violations, waivers
from support.strategies import DIGEST, NAMES, NOW


def lifted(said: Iterable[Verdict], by: Iterable[Waiver], of: Layers) -> list[Verdict]:
    given_out = list(by)
    return [lift(verdict, given_out, of, now=NOW, covers=lambda _: True) for verdict in said]


def unwaived(said: Iterable[Verdict]) -> list[Verdict]:
    return [replace(verdict, waiver=None) for verdict in said]


def fitting(waiver: Waiver, verdict: Verdict) -> Waiver:
    """The waiver, made for the very rule of `verdict`, by its layer and for now."""
    rule = verdict.rule
    waived = Waived(policy=rule.policy, rule=rule.rule, digest=rule.digest)
    return changed(waiver, rules=(waived,), layer=rule.layer, starts=NOW, expires=Instant(NOW + 1))


def reaches(waiver: Waiver, verdict: Verdict, of: Layers) -> bool:
    """Whether `waiver` is for the rule of `verdict`, in force, and of its layer or one above."""
    rule = verdict.rule
    order = [layer.name for layer in of.order]
    return (
        any(
            (each.policy, each.rule, each.digest) == (rule.policy, rule.rule, rule.digest)
            for each in waiver.rules
        )
        and waiver.starts <= NOW
        and waiver.expires > NOW
        and order.index(waiver.layer) <= order.index(rule.layer)
    )


@given(st.data(), layers(), counts())
def test_waiver_locality(data: st.DataObject, of: Layers, items: Items) -> None:
    said = unwaived(data.draw(evidence(of)))
    violation = data.draw(violations(of))
    given_out = data.draw(st.lists(waivers(of, violation.rule), max_size=3))
    is_lifted = {
        verdict: verdict.outcome is Outcome.VIOLATED and any(reaches(each, verdict, of) for each in given_out)
        for verdict in [*said, violation]
    }
    after = decided(lifted(is_lifted, given_out, of), of, items)
    rest = decided([verdict for verdict in is_lifted if not is_lifted[verdict]], of, items)
    # A limit that is lifted bounds nothing: it is gone as a violated rule is.
    unlifted = tuple(verdict for verdict in after.tried if verdict.waiver is None)
    assert replace(after, waived=(), tried=unlifted) == rest
    assert set(unwaived(after.waived)) == {each for each in filter(is_enforced, is_lifted) if is_lifted[each]}


@given(st.data(), layers())
def test_a_lifted_violation_names_an_uncounted_waiver_if_it_can_and_the_first_by_name(
    data: st.DataObject, of: Layers
) -> None:
    violation = data.draw(violations(of))
    given_out = data.draw(st.lists(waivers(of, violation.rule), max_size=3))
    fit = [(each.max_uses is not None, each.name) for each in given_out if reaches(each, violation, of)]
    _, name = min(fit, default=(False, None))
    (after,) = lifted([violation], given_out, of)
    assert after == replace(violation, waiver=name)
    assert lifted([violation], given_out[::-1], of) == [after]


@given(st.data(), layers())
def test_waivers_are_asked_in_turn_until_one_covers(data: st.DataObject, of: Layers) -> None:
    violation = data.draw(violations(of))
    waiver = fitting(data.draw(waivers(of, violation.rule)), violation)
    given_out = [
        changed(waiver, name=WaiverName(name), max_uses=uses) for uses in (None, 1) for name in ("a", "b")
    ]
    covering = data.draw(st.sampled_from([*given_out, None]))
    asked: list[Waiver] = []

    def covers(each: Waiver) -> bool:
        asked.append(each)
        return each is covering

    shuffled = data.draw(st.permutations(given_out))
    after = lift(violation, shuffled, of, now=NOW, covers=covers)
    assert after.waiver == (covering and covering.name)
    assert asked == given_out[: given_out.index(covering) + 1 if covering else None]


@given(st.data(), layers(), counts())
def test_waiver_never_grants(data: st.DataObject, of: Layers, items: Items) -> None:
    said = unwaived(data.draw(evidence(of)))
    rule = data.draw(st.sampled_from([verdict.rule for verdict in said]) if said else rule_ids(of))
    given_out = data.draw(st.lists(waivers(of, rule), max_size=3))
    before, after = decided(said, of, items), decided(lifted(said, given_out, of), of, items)
    assert (after.missing, after.permits, after.errors) == (before.missing, before.permits, before.errors)
    assert set(after.denials) | set(unwaived(after.waived)) == set(before.denials)


@given(st.data(), layers())
def test_a_waiver_lifts_violations_only(data: st.DataObject, of: Layers) -> None:
    verdict = data.draw(verdicts(of, set(Outcome) - {Outcome.VIOLATED}))
    waiver = fitting(data.draw(waivers(of, verdict.rule)), verdict)
    assert lift(verdict, [waiver], of, now=NOW, covers=lambda _: True) is verdict


@given(st.data(), layers(), counts())
def test_waiver_removal_never_opens(data: st.DataObject, of: Layers, items: Items) -> None:
    said = unwaived(data.draw(evidence(of)))
    rule = data.draw(st.sampled_from([verdict.rule for verdict in said]) if said else rule_ids(of))
    given_out = data.draw(st.lists(waivers(of, rule), min_size=1, max_size=3))
    fewer = lifted(said, given_out[1:], of)
    assert allowed(fewer, of, items) <= allowed(lifted(said, given_out, of), of, items)


@given(st.data(), layers(), counts())
def test_a_waived_violation_is_recorded_and_denies_nothing(
    data: st.DataObject, of: Layers, items: Items
) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    assert decision.allowed is allowed([each for each in said if each.waiver is None], of, items)
    assert set(decision.waived) == {each for each in said if each.waiver and is_enforced(each)}


@given(st.data(), layers())
def test_a_waiver_is_for_the_policy_and_the_rule_that_it_names(data: st.DataObject, of: Layers) -> None:
    violation = data.draw(violations(of))
    waiver = fitting(data.draw(waivers(of, violation.rule)), violation)
    others = [
        replace(violation, rule=replace(violation.rule, policy=PolicyName("other"))),
        replace(violation, rule=replace(violation.rule, rule=RuleName("other"))),
    ]
    assert [verdict.waiver for verdict in lifted([violation, *others], [waiver], of)] == [
        waiver.name,
        None,
        None,
    ]


@given(st.data(), layers(), st.integers(1, len(DIGEST.removeprefix("sha256:"))))
def test_waiver_digest_pinned(data: st.DataObject, of: Layers, place: int) -> None:
    violation = data.draw(violations(of))
    waiver = fitting(data.draw(waivers(of, violation.rule)), violation)
    start, end = len(DIGEST) - place, len(DIGEST) - place + 1
    other = Digest(DIGEST[:start] + data.draw(st.sampled_from("123456789abcdef")) + DIGEST[end:])
    rewritten = replace(violation, rule=replace(violation.rule, digest=other))
    found = lifted([violation, rewritten], [waiver], of)
    assert [verdict.waiver for verdict in found] == [waiver.name, None]


@pytest.mark.parametrize("order", list(itertools.permutations(NAMES)), ids="-".join)
def test_no_escalation(order: tuple[LayerName, ...]) -> None:
    """Every pair of layers, in every order of authority, and layers that are not among them."""
    unknown = LayerName("guests")
    for size in range(1, len(order) + 1):
        of = Layers(tuple(Layer(name=name) for name in order[:size]))
        for issuer, target in itertools.product((*order, unknown), repeat=2):
            verdict = replace(VIOLATION, rule=replace(VIOLATION.rule, layer=target))
            waiver = changed(fitting(WAIVER, verdict), layer=issuer)
            is_above = {issuer, target} <= set(order[:size]) and order.index(issuer) <= order.index(target)
            (after,) = lifted([verdict], [waiver], of)
            assert after.waiver == (waiver.name if is_above else None), (issuer, target)
