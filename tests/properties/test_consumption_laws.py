"""Reports attribute everything that was settled, and nothing else."""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from interlock.analysis.consumption import Consumption, consumed_by, total
from interlock.analysis.focus import COLUMNS, Period, period_of, rows
from interlock.engine.facts import FACTS
from interlock.engine.settlements import settlement_of, settlement_record
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import Settlement
from interlock.model.budget import Unit
from interlock.units import Instant
from support.ledgers import NOW, named

START, END = Instant(NOW), Instant(NOW + 400 * 24 * 60 * 60 * 1000)
TEXTS = st.sampled_from(["", "search", "gpt-5", "a\nb", "=1", "ü"]) | st.text(max_size=5)
SETTLEMENTS = st.lists(
    st.builds(
        Settlement,
        hold=st.integers(0, 99).map(named),
        at=st.integers(START, END - 1).map(Instant),
        facts=st.dictionaries(st.sampled_from(FACTS), TEXTS, max_size=4),
        actual=st.dictionaries(st.sampled_from([unit.value for unit in Unit]), st.integers(0, MOST * PARTS)),
    ),
    max_size=20,
)
BY = st.lists(st.sampled_from(FACTS), unique=True, max_size=4)


@given(SETTLEMENTS, BY)
def test_all_that_was_settled_is_attributed_once(settled: Sequence[Settlement], by: Sequence[str]) -> None:
    found = consumed_by(settled, lambda each: tuple(each.facts.get(name, "") for name in by))
    everything = total(found.values())
    assert everything == total(Consumption.of(each.actual) for each in settled)
    assert everything.cost == sum(each.actual.get("cost", 0) for each in settled)
    assert everything.gpu_time == sum(each.actual.get("gpuTime", 0) for each in settled)
    assert everything.calls == sum(each.actual.get("calls", PARTS) for each in settled)


@given(SETTLEMENTS)
def test_a_group_has_what_its_own_settlements_used(settled: Sequence[Settlement]) -> None:
    found = consumed_by(settled, lambda each: each.facts.get("team"))
    for team, consumed in found.items():
        mine = [each for each in settled if each.facts.get("team") == team]
        assert consumed == total(Consumption.of(each.actual) for each in mine)


@given(SETTLEMENTS, BY)
def test_charges_bill_all_that_was_settled_in_the_month_that_it_was(
    settled: Sequence[Settlement], by: Sequence[str]
) -> None:
    def whose(each: Settlement) -> tuple[Period, tuple[str, ...]]:
        return period_of(each.at, START, END), tuple(each.facts.get(name, "") for name in by)

    found = consumed_by(settled, whose)
    charges = [
        charge
        for (period, values), consumed in found.items()
        for charge in rows(period, dict(zip(by, values, strict=True)), consumed)
    ]
    everything = total(found.values())
    with localcontext(prec=60):
        for column, unit, expected, scale in (
            ("BilledCost", None, everything.cost, PARTS * 10**6),
            ("x_Calls", None, everything.calls, PARTS),
            ("ConsumedQuantity", "GPU-Seconds", everything.gpu_time, PARTS * 1000),
        ):
            cells = [each[column] or "0" for each in charges if unit in {None, each["ConsumedUnit"]}]
            assert sum(map(Decimal, cells)) * scale == expected
    assert all(set(each) == set(COLUMNS) for each in charges)
    for period, _ in found:
        assert START <= period.start < period.end <= END
        told = period.cells()
        assert told["BillingPeriodStart"] <= told["ChargePeriodStart"]
        assert told["ChargePeriodEnd"] <= told["BillingPeriodEnd"]


@given(SETTLEMENTS)
def test_a_settlement_is_read_as_it_was_written(settled: Sequence[Settlement]) -> None:
    assert [settlement_of(settlement_record(each)) for each in settled] == settled


@given(st.integers(0, 10**30))
def test_hours_are_off_by_less_than_a_millionth(gpu_time: int) -> None:
    hour = 3_600_000 * PARTS
    rounded = Consumption(gpu_time=gpu_time).gpu_hours
    assert abs(2 * (rounded * hour - gpu_time * 10**6)) <= hour
