"""Parts of a unit as decimals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.decimals import decimal_of, parts_of, shifted


@pytest.mark.parametrize(
    ("parts", "text"),
    [(0, "0"), (1, "0.000001"), (10, "0.00001"), (1_000_000, "1"), (19_250_000, "19.25"), (10**7, "10")],
)
def test_parts_are_written_as_people_write_decimals(parts: int, text: str) -> None:
    assert decimal_of(parts) == text


@given(st.integers(min_value=0))
def test_what_is_written_is_read_back(parts: int) -> None:
    assert parts_of(decimal_of(parts)) == parts


@pytest.mark.parametrize(
    "text", ["", ".", "1.", ".5", "-1", "+1", "1e5", "1.0000001", " 1", "1_0", "\u0661", "1.\u0661"]
)
def test_what_is_no_such_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no decimal"):
        parts_of(text)


def test_a_point_moves_by_any_number_of_places() -> None:
    assert [shifted(number, 3) for number in (0, 5, 1500, 12_000)] == ["0", "0.005", "1.5", "12"]
