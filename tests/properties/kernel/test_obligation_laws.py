"""Laws of obligations on the kernel: nothing that a decision rests on loses what it obliges to."""

from collections.abc import Collection
from itertools import permutations, product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.identity import PolicyName
from interlock.kernel.obligations import due, enforceable, join
from interlock.model.decision import Decision
from interlock.model.obligation import Merge, Value
from interlock.model.verdict import Verdict
from support.laws import decided, errored
from support.obligations import (
    CARRIERS,
    ITEMS,
    LAYERS,
    determining,
    merged,
    obligation,
    owed,
    sayings,
    wanted,
)

_EACH = pytest.mark.parametrize("merge", Merge)


def _decided(verdicts: Collection[Verdict]) -> Decision:
    return decided(verdicts, LAYERS, ITEMS)


def _typed(value: Value | None) -> tuple[type, Value | None]:
    """`value` so that `True` and `1` differ, as they do in JSON."""
    return type(value), value


@_EACH
def test_obl_merge_aci(merge: Merge) -> None:
    carrier = (*CARRIERS[merge], None)
    for one, two in product(carrier, repeat=2):
        assert _typed(join(merge, one, one)) == _typed(one)
        assert _typed(join(merge, one, two)) == _typed(join(merge, two, one))
        assert join(merge, one, None) is None
    for one, two, three in product(carrier, repeat=3):
        left = join(merge, join(merge, one, two), three)
        assert _typed(left) == _typed(join(merge, one, join(merge, two, three)))


@_EACH
def test_obl_merge_is_what_the_word_says_in_any_order(merge: Merge) -> None:
    for values in product(CARRIERS[merge], repeat=3):
        expected = _typed(merged(merge, values))
        for order in permutations(values):
            given = [(PolicyName("p"), obligation(merge, value)) for value in (*order, order[0])]
            found, conflicts = due(given)
            value = found[0].value if found else None
            assert _typed(value) == expected
            assert (len(found), len(conflicts)) == ((0, 1) if value is None else (1, 0))


@pytest.mark.parametrize("merge", [merge for merge in Merge if merge is not Merge.EQUAL])
def test_values_of_another_sort_are_never_merged(merge: Merge) -> None:
    alien = frozenset("a") if merge in {Merge.MIN, Merge.MAX} else 1
    for value in CARRIERS[merge]:
        with pytest.raises(TypeError, match=f"{merge} does not merge these values"):
            join(merge, value, alien)


@given(sayings())
def test_obl_complete(verdicts: list[Verdict]) -> None:
    decision, expected = _decided(verdicts), owed(verdicts)
    conflicts = {
        f"obligation `{name}`": policies for name, (value, policies) in expected.items() if value is None
    }
    event(
        f"allowed: {decision.allowed}, conflicts: {bool(conflicts)}, obligations: {len(decision.obligations)}"
    )
    assert {each.subject: each.policies for each in decision.conflicts} == conflicts
    rests_on_permits = not (decision.denials or decision.missing)
    assert decision.allowed == (rests_on_permits and not conflicts)
    # Without an allowance nothing goes with it, and a denial has what is clear.
    kept = {} if rests_on_permits and conflicts else expected
    assert {each.name: (_typed(each.value), each.policies) for each in decision.obligations} == {
        name: (_typed(value), policies) for name, (value, policies) in kept.items() if value is not None
    }


@given(sayings())
def test_deleting_a_rule_takes_away_its_own_obligations_and_no_others(verdicts: list[Verdict]) -> None:
    decision, resting_on = _decided(verdicts), determining(verdicts)
    denies = bool(decision.denials or decision.missing)
    for verdict in verdicts:
        own = {(f"obligation `{each.name}`", verdict.rule.policy) for each in verdict.rule.obligations}
        is_owed = verdict in resting_on
        if is_owed and (denies or decision.allowed):
            assert own <= wanted(decision)
        fewer = _decided([other for other in verdicts if other is not verdict])
        if (denies and (fewer.denials or fewer.missing)) or (decision.allowed and fewer.allowed):
            assert wanted(fewer) <= wanted(decision)
            assert wanted(decision) - wanted(fewer) <= (own if is_owed else set())


@given(sayings(), st.sets(st.sampled_from([obligation(merge, 0).name for merge in Merge])))
def test_obl_unknown_denies(verdicts: list[Verdict], discharges: set[str]) -> None:
    decision = _decided(verdicts)
    enforced = enforceable(decision, discharges)
    unknown = tuple(each.name for each in decision.obligations if each.name not in discharges)
    if not decision.allowed:
        assert enforced == decision
    elif unknown:
        changes = {"allowed": False, "undischarged": unknown, "obligations": (), "advice": ()}
        assert enforced == replace(decision, **changes)
    else:
        assert enforced == decision
    assert enforceable(enforced, discharges) == enforced


@given(sayings(), st.data())
def test_error_never_drops_an_obligation(verdicts: list[Verdict], data: st.DataObject) -> None:
    at = data.draw(st.sampled_from(range(len(verdicts))))
    failing = [*verdicts[:at], errored(verdicts[at]), *verdicts[at + 1 :]]
    before, after = _decided(verdicts), _decided(failing)
    assert before.allowed or not after.allowed
    if before.allowed and after.allowed:
        assert after.obligations == before.obligations
    if before.denials or before.missing:
        assert wanted(before) <= wanted(after)
