"""Quantities and how they are rounded."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.units import (
    MicroUsd,
    MicroUsdPerMillionTokens,
    Milliseconds,
    PicoUsd,
    Tokens,
    cost,
    days,
    micro_usd,
)


@pytest.mark.parametrize(
    ("tokens", "price", "expected"),
    [
        (0, 5_000_000, 0),
        (1_000_000, 5_000_000, 5_000_000),
        (1, 1, 1),
        (1, 1_000_000, 1),
        (1, 1_000_001, 2),
        (3, 500_000, 2),
    ],
)
def test_a_cost_is_rounded_up_to_a_whole_micro_usd(tokens: int, price: int, expected: int) -> None:
    assert cost(Tokens(tokens), MicroUsdPerMillionTokens(price)) == MicroUsd(expected)


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_cost_is_never_too_low_and_never_a_whole_micro_usd_too_high(tokens: int, price: int) -> None:
    exact = Fraction(tokens * price, 1_000_000)
    assert exact <= cost(Tokens(tokens), MicroUsdPerMillionTokens(price)) < exact + 1


@pytest.mark.parametrize(("pico", "micro"), [(0, 0), (1, 1), (1_000_000, 1), (1_000_001, 2)])
def test_an_amount_is_rounded_up_to_a_whole_micro_usd(pico: int, micro: int) -> None:
    assert micro_usd(PicoUsd(pico)) == MicroUsd(micro)


def test_a_day_has_86_400_000_milliseconds() -> None:
    assert days(0) == Milliseconds(0)
    assert days(2) == Milliseconds(172_800_000)
