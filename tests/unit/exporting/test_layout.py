"""Long expressions stand in several lines and mean the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.exporting.layout import laid_out
from support.programs import FAILING_EXPRESSION, INPUTS, TRUSTING, generated, program_of


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("b && (b || i > 1) && b", ["b", "&& (b || i > 1)", "&& b"]),
        ("!(b && b && i + j > j)", ["!(", "  b", "  && b", "  && i + j > j", ")"]),
        ("b && i > j ? i : j + i", ["b && i > j", "? i", ": j + i"]),
        ("l.all(e, e != s && e != t)", ["l.all(e,", "  e != s && e != t", ")"]),
        ("l.filter(e, e != s && e != t)", ["l.filter(e,", "  e != s && e != t", ")"]),
        ("[s + t + s, t + s + t]", ["[", "  s + t + s,", "  t + s + t", "]"]),
        ("{s: i + j, t: b ? i : j}", ["{", "  s: i + j,", "  t: b ? i : j", "}"]),
        ("i + j", ["i + j"]),
    ],
)
def test_lines_are_broken_at_what_joins_their_parts(text: str, lines: list[str]) -> None:
    assert laid_out(program_of(TRUSTING, text).node, 18).split("\n") == lines


@given(FAILING_EXPRESSION, INPUTS, st.integers(0, 40))
def test_it_has_the_value_of_one_line(text: str, values: dict[str, Any], width: int) -> None:
    whole = program_of(TRUSTING, text)
    assert generated(program_of(TRUSTING, laid_out(whole.node, width)), values) == generated(whole, values)
