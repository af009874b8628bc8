"""What is left of a budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.own.budgets import headroom, share
from interlock.cel.libraries.own.versions import V1
from interlock.cel.values import MAX_INT, MIN_INT
from support.libraries import Expressions

LIBRARY = Expressions((V1,))

ints = st.integers(MIN_INT, MAX_INT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("headroom(100, 30)", 70),
        ("headroom(100, 100)", 0),
        ("headroom(100, 130)", 0),
        ("headroom(-1, 0)", 0),
        ("headroom(9223372036854775807, -1)", MAX_INT),
        ("share(0, 100)", 0),
        ("share(1, 1000)", 1),
        ("share(800, 1000)", 80),
        ("share(1001, 1000)", 101),
        ("share(-5, 1000)", 0),
        ("share(9223372036854775807, 1)", MAX_INT),
    ],
)
def test_room_and_share_are_whole_numbers(text: str, expected: int) -> None:
    assert LIBRARY.value(text) == expected


@pytest.mark.parametrize("limit", [0, -1, MIN_INT])
def test_a_limit_that_is_not_positive_has_no_shares(limit: int) -> None:
    assert LIBRARY.error("share(1, x)", x=limit) == "share of a limit that is not positive"


@given(ints, ints)
def test_what_is_left_can_be_used(limit: int, used: int) -> None:
    left = headroom(limit, used)
    assert 0 <= left <= MAX_INT
    assert left == 0 or used + left <= limit


@given(ints, st.integers(1, MAX_INT))
def test_a_share_is_over_a_hundred_exactly_where_the_limit_is_passed(used: int, limit: int) -> None:
    percent = share(used, limit)
    assert 0 <= percent <= MAX_INT
    assert (percent > 100) is (used > limit)
