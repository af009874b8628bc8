"""When a limit is reached if use goes on: laws, and cases worked out by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.forecast import exhausted_at
from interlock.ledger.account import MOST, PARTS
from interlock.model.balances import Standing
from interlock.units import Instant

BEGAN = 1_000_000
STANDINGS = st.builds(Standing, st.integers(0, MOST), st.integers(0, PARTS - 1), st.integers(0, MOST))
TIMES = st.integers(0, 2**40)
LIMITS = st.integers(1, 2**50)


def forecast(standing: Standing, limit: int, elapsed: int, rest: int | None) -> int | None:
    """When it is reached, in milliseconds from now; the window ends `rest` after now."""
    now = Instant(BEGAN + elapsed)
    ends = None if rest is None else Instant(now + rest)
    found = exhausted_at(standing, limit, began=Instant(BEGAN), ends=ends, now=now)
    return None if found is None else found - now


@pytest.mark.parametrize(
    ("standing", "limit", "elapsed", "rest", "expected"),
    [
        (Standing(50), 100, 1000, 2000, 1000),
        (Standing(50), 100, 1000, 1001, 1000),
        (Standing(50), 100, 1000, 1000, None),
        (Standing(50), 100, 1000, None, None),
        (Standing(3), 10, 10, 1000, 24),
        (Standing(0, 1), 1, 10, 10**9, 9_999_990),
        (Standing(0, 0, 90), 100, 1000, 2000, None),
        (Standing(50, 0, 50), 100, 1000, 2000, 1000),
        (Standing(100), 100, 1000, 2000, 0),
        (Standing(101), 100, 0, 2000, 0),
        (Standing(1), 100, 0, 2000, 99),
    ],
)
def test_use_goes_on_as_it_did(
    standing: Standing, limit: int, elapsed: int, rest: int | None, expected: int | None
) -> None:
    assert forecast(standing, limit, elapsed, rest) == expected


@given(STANDINGS, LIMITS, st.integers(1, 2**40), TIMES)
def test_at_that_instant_and_not_before_the_limit_is_reached(
    standing: Standing, limit: int, elapsed: int, rest: int
) -> None:
    found = forecast(standing, limit, elapsed, rest)
    spent = standing.spent + Fraction(standing.parts, PARTS)

    def spent_after(milliseconds: int) -> Fraction:
        return spent + spent / elapsed * milliseconds

    if found is None:
        assert spent_after(rest - 1) < limit or rest == 0
    else:
        assert spent_after(found) >= limit
        assert found == 0 or spent_after(found - 1) < limit


@given(STANDINGS, LIMITS, LIMITS, TIMES, TIMES)
def test_a_higher_limit_is_never_reached_sooner(
    standing: Standing, limit: int, more: int, elapsed: int, rest: int
) -> None:
    low, high = (forecast(standing, most, elapsed, rest) for most in (limit, limit + more))
    assert high is None or (low is not None and low <= high)
