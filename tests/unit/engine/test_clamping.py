"""Which denials a smaller request would turn around, and how small it has to be."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.engine.clamping import Price, is_clampable, most_tokens
from interlock.identity import BudgetName, ObligationName
from interlock.model.area import Area
from interlock.model.budget import OnExceed, Unit
from interlock.model.charge import Charge, Uncharged
from interlock.model.decision import Conflict, Decision, Demand
from interlock.model.verdict import Outcome, Verdict
from support.rules import RULE
from support.strategies import DIGEST, NAMES, NOW

BUDGET = BudgetName("writing")
ASKED = 100


def charge(
    unit: Unit, limit: int, amount: int = 0, on_exceed: OnExceed = OnExceed.CLAMP, *, spent: int = 0
) -> Charge:
    return Charge(
        budget=BUDGET, unit=unit, key="", amount=amount, limit=limit, spent=spent, held=0, on_exceed=on_exceed
    )


EXCEEDED = charge(Unit.TOKENS, 50, 51)
DENIED = Decision(allowed=False, policy_set=DIGEST, now=NOW, charges=(EXCEEDED,))


def most(*charges: Charge, read: int = 0, price: Price = lambda tokens: tokens) -> int:
    return most_tokens(charges, read, ASKED, price)


# Which denials


def test_a_denial_for_nothing_but_budgets_that_clamp_can_be_clamped() -> None:
    assert is_clampable(DENIED)
    fits, warned = charge(Unit.CALLS, 1, 1, OnExceed.DENY), charge(Unit.COST, 1, 2, OnExceed.WARN)
    assert is_clampable(replace(DENIED, charges=(fits, warned, EXCEEDED)))


@pytest.mark.parametrize("charges", [(), (charge(Unit.TOKENS, 50, 50),)])
def test_where_nothing_is_exceeded_nothing_can_be_clamped(charges: tuple[Charge, ...]) -> None:
    assert not is_clampable(replace(DENIED, charges=charges))


@pytest.mark.parametrize("on_exceed", [each for each in OnExceed if each is not OnExceed.WARN])
def test_every_budget_that_is_exceeded_has_to_clamp(on_exceed: OnExceed) -> None:
    other = charge(Unit.CALLS, 1, 2, on_exceed)
    assert is_clampable(replace(DENIED, charges=(EXCEEDED, other))) == (on_exceed is OnExceed.CLAMP)


@pytest.mark.parametrize(
    "reason",
    [
        {"denials": (Verdict(rule=RULE, outcome=Outcome.VIOLATED, item="intent"),)},
        {"missing": (Demand(NAMES[0], Area.TOOLS, "tools[0]"),)},
        {"conflicts": (Conflict(subject="a", reason="b", policies=()),)},
        {"undischarged": (ObligationName("log"),)},
        {"uncharged": (Uncharged(budget=BUDGET, reason="a", remedy="b"),)},
        {"failure": "it took too long"},
    ],
    ids=lambda reason: next(iter(reason)),
)
def test_a_denial_for_anything_else_can_not_be_clamped(reason: dict[str, Any]) -> None:
    assert not is_clampable(replace(DENIED, **reason))


# How small


@dataclass(frozen=True, slots=True)
class Tariff:
    """What some tokens cost, as long as they are at most `known`: nobody knows the price of more."""

    first: int
    each: int
    known: int

    def price(self, tokens: int) -> int | None:
        return self.first + self.each * tokens if tokens <= self.known else None


@given(
    asked=st.integers(0, 1000),
    read=st.integers(0, 5),
    tokens=st.integers(0, 1000),
    money=st.integers(0, 1000),
    tariff=st.builds(Tariff, st.integers(0, 50), st.integers(0, 3), st.integers(0, 1000)),
)
@example(asked=1000, read=5, tokens=1000, money=1000, tariff=Tariff(0, 1, 1000))
@example(asked=9, read=5, tokens=1, money=9, tariff=Tariff(0, 1, 9))
def test_of_all_that_could_be_written_the_most_that_fits_is_found_with_few_prices(
    asked: int, read: int, tokens: int, money: int, tariff: Tariff
) -> None:
    looked_up: list[int] = []

    def price(written: int) -> int | None:
        looked_up.append(written)
        assert 0 < written <= asked
        assert len(looked_up) <= 2 * asked.bit_length()
        return tariff.price(written)

    def fits(written: int) -> bool:
        cost = tariff.price(written)
        return cost is not None and cost <= money and read + written <= tokens

    charges = [charge(Unit.TOKENS, tokens), charge(Unit.COST, money)]
    found = [most_tokens(each, read, asked, price) for each in (charges, charges[::-1])]
    assert found == [max(filter(fits, range(asked + 1)), default=0)] * 2


@pytest.mark.parametrize(
    ("charges", "tokens"),
    [
        ((), 100),
        ((charge(Unit.OUTPUT_TOKENS, 40),), 40),
        ((charge(Unit.OUTPUT_TOKENS, 40, spent=10),), 30),
        ((charge(Unit.OUTPUT_TOKENS, 140),), 100),
        ((charge(Unit.TOKENS, 40),), 36),
        ((charge(Unit.TOKENS, 4),), 0),
        ((charge(Unit.TOKENS, 3),), 0),
        ((charge(Unit.COST, 40),), 40),
        ((charge(Unit.OUTPUT_TOKENS, 40), charge(Unit.OUTPUT_TOKENS, 30), charge(Unit.TOKENS, 50)), 30),
        ((charge(Unit.COST, 40), charge(Unit.TOKENS, 30), charge(Unit.COST, 60)), 26),
    ],
)
def test_what_is_left_everywhere_can_be_written(charges: tuple[Charge, ...], tokens: int) -> None:
    assert most(*charges, read=4) == tokens


@pytest.mark.parametrize("unit", [Unit.CALLS, Unit.INPUT_TOKENS, Unit.GPU_TIME])
def test_what_writing_does_not_draw_on_leaves_all(unit: Unit) -> None:
    assert most(charge(unit, 0), charge(Unit.TOKENS, 40)) == 40


def test_what_only_warns_leaves_all() -> None:
    assert most(charge(Unit.TOKENS, 0, on_exceed=OnExceed.WARN), charge(Unit.TOKENS, 40)) == 40


@pytest.mark.parametrize("on_exceed", [each for each in OnExceed if each is not OnExceed.WARN])
def test_what_denies_leaves_no_more_than_what_clamps(on_exceed: OnExceed) -> None:
    assert most(charge(Unit.OUTPUT_TOKENS, 40, on_exceed=on_exceed)) == 40


def test_what_nobody_knows_the_price_of_is_not_affordable() -> None:
    assert most(charge(Unit.COST, 1000), price=lambda _: None) == 0
