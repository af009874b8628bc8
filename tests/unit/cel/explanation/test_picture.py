"""An expression with the values under it."""

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.explanation.picture import picture
from interlock.cel.explanation.trace import trace
from interlock.cel.types import DYN
from interlock.spans import typed_in


def shown(text: str, width: int = 100, **values: object) -> list[str]:
    program = Environment(declare([]), dict.fromkeys(values, DYN), {}).compile(typed_in(text))
    return list(picture(trace(program, Activation(values)), width))


def test_every_value_stands_under_what_has_it() -> None:
    assert shown("x.a > 1 && y", x={"a": 5}, y=True) == [
        "x.a > 1 && y",
        "  │ │   │  │",
        "  5 │   │  true",
        "    │   true",
        "    true",
    ]


def test_what_was_not_evaluated_has_nothing_under_it() -> None:
    assert shown("x && y", x=False, y=True) == ["x && y", "│ │", "│ false", "false"]


def test_an_error_stands_where_it_came_from_and_where_it_went() -> None:
    assert shown("x.b == 1", x={}) == [
        "x.b == 1",
        "  │ │",
        "  │ error: no such key: b",
        "  error: no such key: b",
    ]


def test_below_a_loop_stands_the_element_that_decided() -> None:
    assert shown("x.all(e, e < 3)", x=[1, 5, 2]) == [
        "x.all(e, e < 3)",
        "  │",
        "  false",
        "at x[1]:",
        "  e < 3",
        "  │ │",
        "  5 false",
    ]


def test_where_none_decided_every_element_stands_below() -> None:
    assert shown("x.exists(e, e > 3)", x=[1, 2])[3:] == [
        "at x[0]:",
        "  e > 3",
        "  │ │",
        "  1 false",
        "at x[1]:",
        "  e > 3",
        "  │ │",
        "  2 false",
    ]


def test_of_many_elements_the_first_five_are_shown() -> None:
    rows = shown("x.exists(e, e > 30)", x=list(range(12)))
    assert [row for row in rows if row.startswith("at")] == [f"at x[{number}]:" for number in range(5)]
    assert rows[-1] == "and 7 more"


def test_a_map_is_looked_at_by_its_keys() -> None:
    assert 'at x["b"]:' in shown("x.exists(k, k == 'b')", x={"a": 1, "b": 2})


def test_a_transformation_shows_what_it_tested_and_made() -> None:
    rows = shown("x.map(e, e > 1, e * 2)", x=[1, 2])
    assert rows[3:] == [
        "at x[0]:",
        "  e > 1",
        "  │ │",
        "  1 false",
        "at x[1]:",
        "  e > 1",
        "  │ │",
        "  2 true",
        "  e * 2",
        "  │ │",
        "  2 4",
    ]


@pytest.mark.parametrize(("joint", "value"), [("&&", "false"), ("||", "true")])
def test_a_wide_expression_is_shown_side_by_side(joint: str, value: str) -> None:
    text = f"x == 1 {joint} x == 2 {joint} y == 3"
    expected = {
        "&&": ["false: sides of &&", "  x == 1", "  │ │", "  1 true", "  x == 2", "  │ │", "  1 false"],
        "||": ["true: sides of ||", "  x == 1", "  │ │", "  1 true"],
    }
    rows = shown(text, width=12, x=1, y=3)
    assert rows[: len(expected[joint])] == expected[joint]
    assert rows[-1].endswith("(not evaluated)")
    assert rows[0].startswith(value)


def test_a_wide_choice_shows_its_condition_and_the_branch_that_was_taken() -> None:
    assert shown("x > 1 ? 'yes' : 'no'", width=10, x=2) == [
        '"yes": sides of ?:',
        "  x > 1",
        "  │ │",
        "  2 true",
        '  "yes"',
        '  "no"  (not evaluated)',
    ]


def test_a_long_value_is_cut() -> None:
    assert shown("x.a + ''", x={"a": "a" * 99})[-1].endswith("a…")
