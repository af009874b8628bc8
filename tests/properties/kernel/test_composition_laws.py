"""The laws of composition: of every policy set and every Intent, not of examples.

Each is named as in docs/explanation/composition.md, and holds of any number of
rules, policies and layers; proofs/ shows the same of a model of the kernel.
"""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.identity import PolicyName, RuleName
from interlock.kernel.combine import combine, demands
from interlock.kernel.evidence import Evidence
from interlock.model.decision import Conflict
from interlock.model.layers import Layers
from interlock.model.verdict import Outcome, Verdict
from support.laws import Items, allowed, bytes_of, decided, enforced, errored, is_enforced
from support.model import is_allowed
from support.sayings import conflicts, counts, evidence, layers, verdicts, violations
from support.strategies import DIGEST, NOW


@given(st.data(), layers(), counts())
def test_deny_overrides(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    denial = enforced(data.draw(violations(of)))
    decision = decided([*said, denial], of, items)
    assert not decision.allowed
    assert denial in decision.denials


@given(layers(), counts())
def test_default_deny(of: Layers, items: Items) -> None:
    is_closed = any(items.get(area, 0) for layer in of.order for area in layer.closed)
    decision = decided([], of, items)
    assert decision.allowed is not is_closed
    assert decision.missing == demands(of, items)


@given(st.data(), layers(), counts())
def test_allow_iff(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    assert decision.allowed is is_allowed(said, of, items)
    assert decision.allowed is (not decision.denials and not decision.missing)


@given(st.data(), layers(), counts())
def test_order_independent(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    shuffled = data.draw(st.permutations(said))
    assert bytes_of(decided(shuffled, of, items)) == bytes_of(decided(said, of, items))
    # Layers are listed by rank, so their order is that of the record and of waivers; it decides nothing.
    decision = decided(said, of, items)
    reordered = decided(said, Layers(tuple(data.draw(st.permutations(of.order)))), items)
    assert reordered.allowed is decision.allowed
    assert set(reordered.denials) == set(decision.denials)
    assert set(reordered.missing) == set(decision.missing)


@given(st.data(), layers(), counts())
def test_duplicate_independent(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    repeated = said + data.draw(st.lists(st.sampled_from(said), max_size=8) if said else st.just([]))
    assert bytes_of(decided(repeated, of, items)) == bytes_of(decided(said, of, items))


@given(st.data(), layers(), counts(), conflicts())
def test_regrouping(data: st.DataObject, of: Layers, items: Items, conflicting: list[Conflict]) -> None:
    said = data.draw(evidence(of))
    whole = Evidence.of(said, conflicting)
    cut, end = data.draw(st.integers(0, len(said))), data.draw(st.integers(0, len(conflicting)))
    one, other = Evidence.of(said[:cut], conflicting[end:]), Evidence.of(said[cut // 2 :], conflicting[:end])
    third = Evidence.of(data.draw(evidence(of)))
    assert one.join(other) == other.join(one) == whole
    assert one.join(other).join(third) == one.join(other.join(third))
    assert one.join(Evidence()) == one.join(one) == one
    joined = combine(one.join(other), demands(of, items), of, policy_set=DIGEST, now=NOW)
    assert joined == decided(said, of, items, conflicting)


@given(st.data(), layers(), counts(), conflicts())
def test_a_conflict_denies(data: st.DataObject, of: Layers, items: Items, conflicting: list[Conflict]) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items, conflicting)
    assert decision.allowed is (allowed(said, of, items) and not conflicting)
    by_subject = sorted(set(conflicting), key=lambda each: (each.subject, each.reason, each.policies))
    assert decision.conflicts == tuple(by_subject)


@given(st.data(), layers(), counts())
def test_names_decide_nothing(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    suffix = data.draw(st.sampled_from(["", "z", "\0", "é"]))

    def renamed(verdict: Verdict) -> Verdict:
        rule = verdict.rule
        policy, name = PolicyName(suffix + rule.policy[::-1]), RuleName(rule.rule[::-1] + suffix)
        return replace(verdict, rule=replace(rule, policy=policy, rule=name))

    decision, other = decided(said, of, items), decided(map(renamed, said), of, items)
    assert other.allowed is decision.allowed
    assert other.missing == decision.missing
    assert set(other.denials) == set(map(renamed, decision.denials))


@given(st.data(), layers(), counts())
def test_add_deny_narrows(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    more = data.draw(verdicts(of, set(Outcome) - {Outcome.PERMITTED}))
    before, after = decided(said, of, items), decided([*said, more], of, items)
    assert after.allowed <= before.allowed
    assert set(before.denials) <= set(after.denials)
    assert before.missing == after.missing


@given(st.data(), layers(), counts())
def test_add_layer_narrows(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    added = data.draw(st.sampled_from(of.order))
    fewer = Layers(tuple(layer for layer in of.order if layer != added))
    kept = [verdict for verdict in said if verdict.rule.layer != added.name]
    assert allowed(said, of, items) <= allowed(kept, fewer, items)


@given(st.data(), layers(), counts())
def test_layer_ceiling(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    one_by_one = {
        layer.name: allowed([each for each in said if each.rule.layer == layer.name], Layers((layer,)), items)
        for layer in of.order
    }
    assert allowed(said, of, items) is all(one_by_one.values())
    # So whatever all other layers say instead, what one layer denies stays denied.
    others = data.draw(evidence(of))
    for layer in of.order:
        own = [each for each in said if each.rule.layer == layer.name]
        mixed = own + [each for each in others if each.rule.layer != layer.name]
        assert allowed(mixed, of, items) <= one_by_one[layer.name]


@given(st.data(), layers(), counts())
def test_add_grant_never_closes(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    permit = data.draw(verdicts(of, {Outcome.PERMITTED}))
    before, after = decided(said, of, items), decided([*said, permit], of, items)
    assert after.allowed >= before.allowed
    assert set(after.missing) <= set(before.missing)
    assert after.denials == before.denials


@given(st.data(), layers(), counts())
def test_error_never_opens(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of)) or [data.draw(verdicts(of))]
    broken = data.draw(st.sampled_from(said))
    after = [errored(verdict) if verdict is broken else verdict for verdict in said]
    decision = decided(after, of, items)
    assert decision.allowed <= allowed(said, of, items)
    assert (errored(broken) in decision.errors) is is_enforced(broken)


@given(st.data(), layers(), counts())
def test_an_errored_permit_permits_nothing(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    silent = [verdict for verdict in said if verdict.outcome is not Outcome.PERMITTED]
    broken = [errored(verdict) for verdict in said if verdict.outcome is Outcome.PERMITTED]
    # Whether an errored permit's obligations would have been due, nobody knows.
    obliges = any(verdict.rule.obligations and is_enforced(verdict) for verdict in broken)
    assert allowed(silent + broken, of, items) is (allowed(silent, of, items) and not obliges)


@given(st.data(), layers(), counts())
def test_an_ignored_error_says_nothing_and_is_recorded(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    ignored = [verdict for verdict in said if verdict.ignored]
    rest = [verdict for verdict in said if not verdict.ignored]
    decision = decided(said, of, items)
    without = decided(rest, of, items)
    assert replace(decision, errors=(), tried=()) == replace(without, errors=(), tried=())
    assert set(ignored) <= {*decision.errors, *decision.tried}
