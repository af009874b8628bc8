"""The laws of what a decision records: exactly what it rests on, complete and in one order."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.kernel.combine import demands
from interlock.model.decision import Decision
from interlock.model.layers import Layers
from interlock.model.policy import Effect
from interlock.model.verdict import Outcome, Verdict
from support.laws import Items, bytes_of, decided, everything_decided, everything_said, is_enforced
from support.sayings import counts, evidence, layers, verdicts

PARTS: Final = ("denials", "permits", "waived", "errors", "warnings", "audits", "tried")


def part(decision: Decision, name: str) -> tuple[Verdict, ...]:
    """The verdicts in one part of a decision."""
    found: tuple[Verdict, ...] = getattr(decision, name)
    return found


@given(st.data(), layers(), counts())
def test_determining_exact(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    for removed in said:
        without = decided([each for each in said if each != removed], of, items)
        for name in PARTS:
            assert part(without, name) == tuple(each for each in part(decision, name) if each != removed)
        if removed not in decision.denials + decision.permits:
            assert (without.allowed, without.missing) == (decision.allowed, decision.missing)


@given(st.data(), layers(), counts())
def test_what_is_missing_is_what_no_permit_meets(data: st.DataObject, of: Layers, items: Items) -> None:
    decision = decided(data.draw(evidence(of)), of, items)
    met = {(permit.rule.layer, permit.rule.area, permit.item) for permit in decision.permits}
    for demand in demands(of, items):
        assert (demand in decision.missing) is ((demand.layer, demand.area, demand.item) not in met)


@given(st.data(), layers(), counts())
def test_erroring_monotone_disjoint(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    assert set(decision.errors) <= set(decided([*said, data.draw(verdicts(of))], of, items).errors)
    for name in ("permits", "waived", "warnings", "audits", "tried"):
        assert set(decision.errors).isdisjoint(part(decision, name))
    # Unlike Cedar's, an error can determine: it does wherever it denies.
    assert set(decision.errors) & set(decision.denials) == {
        each
        for each in decision.errors
        if (each.rule.obligations if each.rule.effect is Effect.PERMIT else not each.ignored)
    }


@given(st.data(), layers(), counts())
def test_no_short_circuit(data: st.DataObject, of: Layers, items: Items) -> None:
    said = data.draw(evidence(of))
    decision = decided(said, of, items)
    assert bytes_of(decided(data.draw(st.permutations(said)), of, items)) == bytes_of(decision)
    # Whatever else denies, each verdict is recorded as it would be if it were alone.
    for name in PARTS:
        assert set(part(decision, name)) == {
            each for verdict in said for each in part(decided([verdict], of, items), name)
        }


@given(st.data(), layers(), counts())
def test_a_verdict_is_recorded_where_it_belongs(data: st.DataObject, of: Layers, items: Items) -> None:
    verdict = data.draw(verdicts(of))
    decision = decided([verdict], of, items)
    is_error = verdict.outcome is Outcome.ERRORED
    assert bool(decision.errors) is (is_enforced(verdict) and is_error)
    assert bool(decision.waived) is (is_enforced(verdict) and verdict.waiver is not None)
    assert bool(decision.permits) is (is_enforced(verdict) and verdict.outcome is Outcome.PERMITTED)
    says_something = verdict.outcome not in {Outcome.SATISFIED, Outcome.NOT_APPLICABLE}
    is_announced = bool(decision.warnings or decision.audits)
    assert bool(decision.tried) is (not is_enforced(verdict) and says_something and not is_announced)


@given(st.data(), layers(), counts())
def test_a_record_is_in_the_order_of_layer_policy_rule_and_item(
    data: st.DataObject, of: Layers, items: Items
) -> None:
    said = data.draw(evidence(of))
    outcomes = (Outcome.VIOLATED, Outcome.ERRORED)
    words: tuple[dict[str, str], ...] = (
        {},
        {"message": "never"},
        {"remedy": "ask"},
        {"error": "overflow"},
        {"waiver": "v"},
        {"waiver": "w"},
    )
    reworded = [
        replace(each, outcome=outcome, **more) for each in said for outcome in outcomes for more in words
    ]
    decision = decided(said + reworded, of, items)
    for name in PARTS:
        keys = [
            (
                of.rank[each.rule.layer],
                each.rule.policy,
                each.rule.rule,
                each.item,
                each.outcome,
                each.message,
                each.error,
                each.remedy,
                each.waiver or "",
            )
            for each in part(decision, name)
        ]
        assert keys == sorted(set(keys))


def test_deterministic() -> None:
    script = "import sys; from support.laws import everything_decided as said; sys.stdout.buffer.write(said())"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
        )
        for seed in range(10)
    ]
    found = {process.communicate()[0] for process in running}
    assert found == {everything_decided()}
    assert len(everything_said()) > 1000
