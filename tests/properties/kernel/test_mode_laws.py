"""The laws of enforcement: what is not enforced is tried in full and changes nothing."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.model.decision import Demand
from interlock.model.layers import Layers
from interlock.model.policy import Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.laws import Items, decided, enforced, is_enforced, of_outcome
from support.sayings import counts, evidence, layers, verdicts


@given(st.data(), layers(), counts())
def test_non_interference(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    without = decided(filter(is_enforced, said), of, items)
    assert replace(decision, warnings=(), audits=(), tried=()) == without
    assert (without.warnings, without.audits, without.tried) == ((), (), ())


@given(st.data(), layers(), counts())
def test_shadow_fidelity(data: st.DataObject, of: Layers, items: Items) -> None:
    """What is recorded of policies that are not enforced says what enforcing them all would decide."""
    said = data.draw(evidence(of))
    tried, promoted = decided(said, of, items), decided(map(enforced, said), of, items)
    announced = tuple(map(enforced, tried.warnings + tried.audits + tried.tried))
    denials = {*tried.denials, *map(enforced, tried.warnings + tried.audits)}
    permits = {*tried.permits, *of_outcome(Outcome.PERMITTED, announced)}
    missing = [demand for demand in tried.missing if not any(meets(permit, demand) for permit in permits)]
    assert set(promoted.denials) == denials
    assert set(promoted.permits) == permits
    assert set(promoted.errors) == {*tried.errors, *of_outcome(Outcome.ERRORED, announced)}
    assert set(promoted.waived) == {*tried.waived, *(each for each in announced if each.waiver)}
    assert list(promoted.missing) == missing
    assert promoted.allowed is (not denials and not missing)


def meets(permit: Verdict, demand: Demand) -> bool:
    return (permit.rule.layer, permit.rule.area, permit.item) == (demand.layer, demand.area, demand.item)


@given(st.data(), layers(), counts())
def test_warn_eq_deny_set(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    for mode, recorded in (
        (Enforcement.WARN, decision.warnings),
        (Enforcement.AUDIT, decision.audits),
    ):
        promoted = [enforced(verdict) for verdict in said if verdict.rule.enforcement is mode]
        assert decided(promoted, of, items).denials == tuple(map(enforced, recorded))


@given(st.data(), layers(), counts())
def test_a_mode_is_told_apart_from_the_others(data: st.DataObject, of: Layers, items: Items) -> None:
    verdict = data.draw(verdicts(of))
    decision = decided([verdict], of, items)
    modes = (
        (Enforcement.ENFORCE, decision.denials),
        (Enforcement.WARN, decision.warnings),
        (Enforcement.AUDIT, decision.audits),
    )
    would_deny = bool(decided([enforced(verdict)], of, items).denials)
    for mode, recorded in modes:
        assert bool(recorded) is (would_deny and verdict.rule.enforcement is mode)
