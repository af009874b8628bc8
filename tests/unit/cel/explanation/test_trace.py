"""Why an expression has its value."""

from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.explanation.trace import Step, lines, trace
from interlock.cel.types import DYN
from interlock.cel.values import EvaluationError
from interlock.spans import typed_in


def traced(text: str, **values: Any) -> Step:
    program = Environment(declare([]), dict.fromkeys(values, DYN), {}).compile(typed_in(text))
    return trace(program, Activation(values))


def shown(text: str, **values: Any) -> list[tuple[int, str, str]]:
    return list(lines(traced(text, **values)))


def test_a_trace_shows_every_step_that_says_more_than_its_text() -> None:
    assert shown("x.a + 1 > 2 && y", x={"a": 1}, y=True) == [
        (0, "x.a + 1 > 2 && y", "false"),
        (1, "x.a + 1 > 2", "false"),
        (2, "x.a + 1", "2"),
        (3, "x.a", "1"),
    ]


def test_of_a_loop_the_element_that_decided_is_shown() -> None:
    assert shown("x.all(y, y < 2)", x=[1, 5, 0]) == [
        (0, "x.all(y, y < 2)", "false"),
        (1, "y < 2", "false"),
        (2, "y", "5"),
    ]
    assert shown("x.exists(y, y > 2)", x=[1, 5, 9])[1:] == [(1, "y > 2", "true"), (2, "y", "5")]


def test_where_no_element_decided_all_are_shown() -> None:
    assert [text for _, text, _ in shown("x.exists(y, y > 2)", x=[1, 2])] == [
        "x.exists(y, y > 2)",
        "y > 2",
        "y",
        "y > 2",
        "y",
    ]
    assert [result for _, _, result in shown("x.map(y, y + 1)", x=[1, 2])] == ["[2, 3]", "2", "1", "3", "2"]


def test_only_the_branch_that_was_taken_is_shown() -> None:
    assert [text for _, text, _ in shown("x ? y + 1 : z + 1", x=True, y=1, z=2)] == [
        "x ? y + 1 : z + 1",
        "x",
        "y + 1",
        "y",
    ]


def test_an_error_is_shown_at_every_step_that_it_went_through() -> None:
    assert shown("x.a.b == 1", x={}) == [
        (0, "x.a.b == 1", "error: no such key: a"),
        (1, "x.a.b", "error: no such key: a"),
        (2, "x.a", "error: no such key: a"),
    ]
    assert isinstance(traced("1 / x", x=0).value, EvaluationError)


def test_an_absorbed_error_is_still_shown() -> None:
    assert (1, "1 / x == 1", "error: divide by zero") in shown("1 / x == 1 || true", x=0)


def test_a_variable_is_shown_with_its_value_unless_it_is_a_whole_object() -> None:
    assert shown("size(x) == size(y)", x="ab", y={"a": 1}) == [
        (0, "size(x) == size(y)", "false"),
        (1, "size(x)", "2"),
        (2, "x", '"ab"'),
        (1, "size(y)", "1"),
    ]


def test_an_object_that_only_leads_to_a_field_is_left_out() -> None:
    assert shown("x.a.b == 1", x={"a": {"b": 1}}) == [(0, "x.a.b == 1", "true"), (1, "x.a.b", "1")]


def test_a_long_value_is_shortened() -> None:
    result = traced("x", x="a" * 1000).result
    assert len(result) == 201
    assert result.endswith("…")


def test_a_value_that_is_nested_too_deeply_is_said_to_be() -> None:
    value: Any = 1
    for _ in range(10_000):
        value = [value]
    assert traced("x", x=value).result == "too deeply nested to show"


def test_an_evaluation_past_its_budget_is_one_step() -> None:
    step = traced("[1].all(y, x.all(z, z > 0))", x=[1] * 400_000)
    assert (step.parts, step.result) == ((), "error: the evaluation costs more than 1000000")


@pytest.mark.parametrize("size", [2_000, 3_000])
def test_a_step_keeps_a_bounded_number_of_parts(size: int) -> None:
    assert len(traced("x.map(y, y)", x=[1] * size).parts) == 2_000
