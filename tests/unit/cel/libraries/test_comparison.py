"""Equality and order."""

import itertools
from typing import Any

import pytest

from interlock.cel.libraries.comparison import equal, to_bool
from interlock.cel.types import BOOL, INT
from interlock.cel.values import MAX_INT, BoolKey, Duration, EvaluationError, Timestamp, Uint, optional
from support.evaluation import error_of, value_of

NAN = float("nan")
DISTINCT: list[Any] = [
    None,
    True,
    False,
    1,
    2,
    0.5,
    "a",
    "1",
    b"a",
    [],
    [1],
    {},
    {"a": 1},
    Timestamp(1),
    Duration(1),
    BOOL,
    INT,
]


@pytest.mark.parametrize(("left", "right"), list(itertools.combinations(DISTINCT, 2)), ids=repr)
def test_different_values_are_unequal_whatever_their_types(left: Any, right: Any) -> None:
    assert not equal(left, right)
    assert not equal(right, left)


@pytest.mark.parametrize("value", DISTINCT, ids=repr)
def test_a_value_equals_itself(value: Any) -> None:
    assert equal(value, value)
    assert value_of("x == y", x=value, y=value)
    assert not value_of("x != y", x=value, y=value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, 1.0),
        (1, Uint(1)),
        (Uint(1), 1.0),
        (0.0, -0.0),
        (MAX_INT, 2.0**63),
        ([1], [1.0]),
        ({"a": 1}, {"a": Uint(1)}),
    ],
    ids=lambda value: f"{type(value).__name__}-{value}",
)
def test_numbers_are_equal_by_value(left: Any, right: Any) -> None:
    assert equal(left, right)
    assert equal(right, left)


def test_a_bool_is_no_number() -> None:
    assert not value_of("x == 1", x=True)
    assert not value_of("x == y", x=[True], y=[1])
    assert not value_of("x == y", x={BoolKey.TRUE: 1}, y={1: 1})


def test_what_is_no_number_equals_nothing() -> None:
    assert not value_of("x == x", x=NAN)
    assert value_of("x != x", x=NAN)
    assert not value_of("x == x", x=[NAN])
    assert not value_of("x == y", x={"a": NAN}, y={"a": NAN})


@pytest.mark.parametrize(
    ("left", "right"),
    [([1], [1, 2]), ([1, 2], [2, 1]), ({"a": 1}, {"a": 2}), ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 1, "b": 1})],
)
def test_lists_and_maps_are_compared_part_by_part(left: Any, right: Any) -> None:
    assert not value_of("x == y", x=left, y=right)


ASCENDING: list[list[Any]] = [
    [-1, 0, 1, MAX_INT],
    [Uint(0), 1, 1.5, Uint(2)],
    ["", "a", "ab", "b", "z", "é", "\uffff", "😀"],
    [b"", b"a", b"b"],
    [False, True],
    [Timestamp(-1), Timestamp(0)],
    [Duration(-1), Duration(0)],
    [-float("inf"), -1.0, 0, 0.5, float("inf")],
]


@pytest.mark.parametrize("ascending", ASCENDING)
def test_values_of_one_kind_are_ordered(ascending: list[Any]) -> None:
    for (lower, low), (higher, high) in itertools.product(enumerate(ascending), repeat=2):
        assert value_of("x < y", x=low, y=high) is (lower < higher)
        assert value_of("x <= y", x=low, y=high) is (lower <= higher)
        assert value_of("x > y", x=low, y=high) is (lower > higher)
        assert value_of("x >= y", x=low, y=high) is (lower >= higher)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_nothing_is_ordered_with_what_is_no_number(operator: str) -> None:
    assert not value_of(f"x {operator} 1.0", x=NAN)
    assert not value_of(f"1 {operator} x", x=NAN)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("x", "y"),
    [("1", 1), (1, "1"), (1.5, None), (True, 1), (1, True), (None, None), ([1], [2]), ({}, {}), (b"a", "a")],
    ids=repr,
)
def test_values_without_an_order_are_not_compared(operator: str, x: Any, y: Any) -> None:
    assert error_of(f"x {operator} y", x=x, y=y).startswith(f"no such overload: _{operator}_(")


def test_an_integer_is_compared_with_a_double_as_a_double() -> None:
    assert value_of("x == 9007199254740992.0", x=9007199254740993)
    assert not value_of("x < 9007199254740993.0", x=9007199254740993)


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">="])
def test_an_integer_beyond_all_doubles_is_an_error_beside_one(operator: str) -> None:
    assert "out of range" in error_of(f"x {operator} 1.0", x=10**400)


@pytest.mark.parametrize("value", [1, 0, "true", None, [], {}], ids=repr)
def test_logic_takes_only_bools(value: Any) -> None:
    with pytest.raises(EvaluationError, match="not a bool"):
        to_bool(value)
    for text in (
        "!x",
        "x && true",
        "x || false",
        "x ? 1 : 2",
        "[x].all(y, y)",
        "[x].exists(y, y)",
        "[x].filter(y, y)",
        "[x].exists_one(y, y)",
    ):
        assert error_of(text, x=value) == "no such overload: not a bool"


def test_negation_negates() -> None:
    assert value_of("!x", x=False)
    assert not value_of("!x", x=True)


def _repeated(levels: int, last: Any) -> Any:
    """`last` in a list of two that are one list, which has two that are one list, and so on."""
    value = [last]
    for _ in range(levels):
        value = [value, {"a": value}, optional(value)]
    return value


def test_parts_that_values_have_over_and_over_are_compared_once() -> None:
    assert equal(_repeated(200, 1), _repeated(200, 1.0))
    assert not equal(_repeated(200, 1), _repeated(200, 2))
    assert not equal(_repeated(5, 1), _repeated(6, 1))
    same = _repeated(200, NAN)
    assert not equal(same, same)
