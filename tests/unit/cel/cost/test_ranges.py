"""Arithmetic on ranges that never leaves 64 bits."""

import pytest

from interlock.cel.cost.ranges import MAX, NOTHING, UNKNOWN, Range, exactly, scaled


def test_sums_and_products_are_of_the_ends() -> None:
    assert Range(1, 2) + Range(10, 20) == Range(11, 22)
    assert Range(1, 2) * Range(10, 20) == Range(10, 40)
    assert Range(1, 2) | Range(5, 6) == Range(1, 6)


def test_what_is_too_large_stays_at_the_maximum() -> None:
    assert UNKNOWN + exactly(1) == Range(1, MAX)
    assert UNKNOWN * Range(2, 3) == Range(0, MAX)
    assert UNKNOWN.scaled(2.5) == Range(0, MAX)


def test_nothing_adds_nothing_to_a_union() -> None:
    assert NOTHING | Range(3, 4) == Range(3, 4)


@pytest.mark.parametrize(
    ("value", "factor", "expected"), [(0, 0.1, 0), (1, 0.1, 1), (10, 0.1, 1), (11, 0.1, 2), (MAX, 1, MAX)]
)
def test_a_fraction_is_rounded_up(value: int, factor: float, expected: int) -> None:
    assert scaled(value, factor) == expected
