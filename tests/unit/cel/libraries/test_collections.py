"""Lists, maps and what is asked of them."""

from typing import Any

import pytest

from interlock.cel.libraries.collections import has_repeated
from interlock.cel.values import BoolKey, EvaluationError, Uint
from support.evaluation import error_of, value_of


@pytest.mark.parametrize(("x", "size"), [("", 0), ("é😀", 2), (b"\xff\x00", 2), ([1, 2], 2), ({"a": 1}, 1)])
def test_size_counts_code_points_bytes_elements_and_entries(x: Any, size: int) -> None:
    assert value_of("size(x)", x=x) == size
    assert value_of("x.size()", x=x) == size


@pytest.mark.parametrize(("x", "type_"), [(1, "int"), (None, "null_type"), (True, "bool"), (1.5, "double")])
def test_what_has_no_parts_has_no_size(x: Any, type_: str) -> None:
    assert error_of("size(x)", x=x) == f"no such overload: size({type_})"


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (1, [1, 2], True),
        (1.0, [1], True),
        (True, [1], False),
        ("a", [1, None, "a"], True),
        (None, [None], True),
        ([1], [[1.0]], True),
        (3, [], False),
        ("a", {"a": 1}, True),
        ("b", {"a": 1}, False),
        (1, {1: "x"}, True),
        (Uint(1), {1: "x"}, True),
        (1.0, {1: "x"}, True),
        (1.5, {1: "x"}, False),
        (float("inf"), {1: "x"}, False),
        (float("nan"), {1: "x"}, False),
        (True, {1: "x"}, False),
        (True, {BoolKey.TRUE: "x"}, True),
        (1, {BoolKey.TRUE: "x"}, False),
    ],
)
def test_in_finds_elements_and_keys(x: Any, y: Any, expected: bool) -> None:  # noqa: FBT001  # a table of CEL values
    assert value_of("x in y", x=x, y=y) is expected


@pytest.mark.parametrize("y", ["ab", 1, None])
def test_in_looks_only_into_lists_and_maps(y: Any) -> None:
    assert error_of("'a' in y", y=y).startswith("no such overload: @in(string, ")


@pytest.mark.parametrize("x", [None, [], {}])
def test_only_scalars_are_keys(x: Any) -> None:
    assert error_of("x in {'a': 1}", x=x).startswith("unsupported key type: ")
    assert error_of("{x: 1}", x=x).startswith("unsupported key type: ")
    assert error_of("{1.5: x}", x=x) == "unsupported key type: double"


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1, 2], 0, 1),
        ([1, 2], 1, 2),
        ([1, 2], Uint(1), 2),
        ([1, 2], 1.0, 2),
        ({"a": 1}, "a", 1),
        ({1: "x"}, 1.0, "x"),
        ({BoolKey.FALSE: "x"}, False, "x"),
    ],
)
def test_an_index_is_a_position_or_a_key(x: Any, y: Any, expected: Any) -> None:
    assert value_of("x[y]", x=x, y=y) == expected


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([1], -1, "index out of bounds"),
        ([1], 1, "index out of bounds"),
        ([], 0, "index out of bounds"),
        ([1], 0.5, "no such overload: a list is indexed by an int"),
        ([1], float("nan"), "no such overload: a list is indexed by an int"),
        ([1], True, "no such overload: a list is indexed by an int"),
        ([1], "0", "no such overload: a list is indexed by an int"),
        ({"a": 1}, "b", "no such key"),
        ({1: 1}, True, "no such key"),
        ("ab", 0, "no such overload: _[_](string, int)"),
        (None, "a", "no such overload: _[_](null_type, string)"),
    ],
)
def test_what_is_not_there_is_an_error(x: Any, y: Any, said: str) -> None:
    assert error_of("x[y]", x=x, y=y) == said


def test_a_position_of_any_size_is_out_of_bounds() -> None:
    assert error_of("x[y]", x=[1], y=10**5000) == "index out of bounds"
    assert error_of("x[y]", x={"a": 1}, y=10**5000) == "no such key"


def test_fields_are_selected_from_maps() -> None:
    assert value_of("x.a.b", x={"a": {"b": 1}}) == 1
    assert error_of("x.b", x={"a": 1}) == "no such key: b"
    assert error_of("x.b", x=[1]) == "no such overload: select `b` of what is no map"
    assert error_of("x.b", x=None) == "no such overload: select `b` of what is no map"


def test_has_asks_one_step_only() -> None:
    assert value_of("has(x.a)", x={"a": None})
    assert not value_of("has(x.b)", x={"a": None})
    assert error_of("has(x.b.c)", x={"a": 1}) == "no such key: b"
    assert error_of("has(x.a.b)", x={"a": 1}) == "no such overload: has `b` of what is no map"


def test_a_field_that_repeats_is_there_when_it_has_elements() -> None:
    assert has_repeated({"a": [1]}, "a")
    assert not has_repeated({"a": []}, "a")
    assert not has_repeated({}, "a")
    different: list[Any] = [[], None, {"a": 1}]
    for wrong in different:
        with pytest.raises(EvaluationError):
            has_repeated(wrong, "a")


@pytest.mark.parametrize("x", ["ab", 1, None, True])
def test_loops_range_over_lists_and_maps_only(x: Any) -> None:
    for text in (
        "x.all(y, true)",
        "x.exists(y, true)",
        "x.exists_one(y, true)",
        "x.map(y, y)",
        "x.filter(y, true)",
    ):
        assert error_of(text, x=x) == "no such overload: comprehension over what is no list or map"


def test_a_loop_over_a_map_ranges_over_its_keys() -> None:
    assert value_of("x.map(k, k)", x={"a": 1, "b": 2}) == ["a", "b"]
    assert value_of("{true: 1, false: 2}.map(k, k)") == [True, False]
    assert value_of("x.exists_one(k, k == 'a')", x={"a": 1, "b": 2})


def test_the_keys_of_a_map_are_distinct() -> None:
    assert error_of("{'a': 1, x: 2}", x="a") == "duplicate key in map"
    assert error_of("{1: 1, 1u: 2}") == "duplicate key in map"
    assert len(value_of("{1: 1, true: 2, '1': 3}")) == 3
    assert error_of("{'a': 1, 'a': 2}") == "duplicate key in map"


def test_map_and_filter_keep_the_order_and_what_they_are_asked_for() -> None:
    assert value_of("x.map(y, y * 2)", x=[3, 1]) == [6, 2]
    assert value_of("x.filter(y, y > 1)", x=[3, 1, 2]) == [3, 2]
    assert value_of("x.map(y, y > 1, y * 2)", x=[3, 1, 2]) == [6, 4]


def test_an_error_in_a_loop_counts_only_where_no_element_decides() -> None:
    assert value_of("x.exists(y, 6 / y == 6)", x=[0, 1])
    assert not value_of("x.all(y, 6 / y == 6)", x=[0, 2])
    assert error_of("x.exists(y, 6 / y == 7)", x=[0, 1]) == "divide by zero"
    assert error_of("x.all(y, 6 / y == 6)", x=[0, 1]) == "divide by zero"
    assert error_of("x.exists_one(y, 6 / y == 6)", x=[0, 1]) == "divide by zero"
    assert error_of("x.map(y, 6 / y)", x=[1, 0]) == "divide by zero"


def test_no_elements_decide_as_logic_has_it() -> None:
    assert value_of("x.all(y, false)", x=[])
    assert not value_of("x.exists(y, true)", x={})
    assert not value_of("x.exists_one(y, true)", x=[])
