"""The lists and sets extensions, and optional ends of lists."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.comparison import equal
from interlock.cel.libraries.extensions import lists, sets
from interlock.cel.libraries.limits import MAX_SIZE
from interlock.cel.libraries.membership import Members
from interlock.cel.libraries.overloads import functions
from interlock.cel.values import (
    NONE,
    BoolKey,
    Duration,
    LimitExceeded,
    Timestamp,
    Uint,
    optional,
)
from support.libraries import Expressions

FUNCTIONS = functions((lists.VERSIONS[2], sets.VERSIONS[0]))
LISTS = Expressions((lists.VERSIONS[2], sets.VERSIONS[0]))
NAN = float("nan")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2, 3, 4].slice(1, 3)", [2, 3]),
        ("[1].slice(1, 1)", []),
        ("[[1, [2]], [3]].flatten()", [1, [2], 3]),
        ("[dyn(1), [2, [3]]].flatten(2)", [1, 2, 3]),
        ("[dyn(1), [2, [3]]].flatten(0)", [1, [2, [3]]]),
        ("[[], [[]]].flatten(1000)", []),
        ("[3, 1, 2].sort()", [1, 2, 3]),
        ("['b', 'a'].sort()", ["a", "b"]),
        ("[true, false].sort()", [False, True]),
        ("[duration('2s'), duration('1s')].sort().map(d, string(d))", ["1s", "2s"]),
        ("[].sort()", []),
        ("['bb', 'a', 'cc'].sortBy(x, size(x))", ["a", "bb", "cc"]),
        ("[{'a': 2}, {'a': 1}].sortBy(x, x.a)", [{"a": 1}, {"a": 2}]),
        ("[dyn(1), 1.0, 1u, 'a', 'a', true].distinct()", [1, "a", True]),
        ("[[1], [dyn(1.0)], [2]].distinct()", [[1], [2]]),
        ("lists.range(3)", [0, 1, 2]),
        ("lists.range(-1)", []),
        ("[1, 2].reverse()", [2, 1]),
        ("sets.contains([1, 2, 3], [dyn(2.0), 3u])", True),
        ("sets.contains([1], [1, 2])", False),
        ("sets.contains([], [])", True),
        ("sets.equivalent([1], [1, 1])", True),
        ("sets.equivalent([1, 2], [1])", False),
        ("sets.intersects([[1], [2, 3]], [[1, 2], [2, dyn(3.0)]])", True),
        ("sets.intersects([1], [])", False),
    ],
)
def test_lists_are_ordered_cut_and_compared(text: str, expected: Any) -> None:
    value = LISTS.value(text)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("x.slice(1, 4)", [1, 2, 3], "slice out of range"),
        ("x.slice(-1, 2)", [1, 2, 3], "slice out of range"),
        ("x.slice(2, 1)", [1, 2, 3], "slice out of range"),
        ("x.flatten(-1)", [1], "lists are flattened to a negative depth"),
        ("x.sort()", [3, "a"], "values of different types have no order"),
        ("x.sort()", [1, Uint(1)], "values of different types have no order"),
        ("x.sort()", [None], "no such overload: sort(null_type)"),
        ("x.sort()", [[1], [2]], "no such overload: sort(list)"),
        ("x.sortBy(y, y)", [2, "a"], "values of different types have no order"),
        ("x.sort()", "ba", "no such overload: sort(string)"),
        ("x.distinct()", {}, "no such overload: distinct(map)"),
    ],
)
def test_what_has_no_order_or_is_not_there_is_an_error(text: str, x: Any, said: str) -> None:
    assert LISTS.error(text, x=x) == said


@pytest.mark.parametrize(
    ("text", "version"),
    [("[1].slice(0, 1)", 0), ("[[1]].flatten()", 1), ("[1].sort()", 2), ("lists.range(1)", 2)],
)
def test_a_function_is_there_from_its_version_on(text: str, version: int) -> None:
    for number, library in enumerate(lists.VERSIONS):
        assert Expressions((library,)).accepts(text) == (number >= version)


@pytest.mark.parametrize(
    ("text", "x"),
    [("lists.range(x)", 1_000_000_000), ("lists.range(x)", MAX_SIZE + 1), ("x.flatten()", [[1] * 1000] * 1001)],
)
def test_no_list_is_made_past_the_bound(text: str, x: Any) -> None:
    with pytest.raises(LimitExceeded):
        LISTS.value(text, x=x)


def test_what_is_distinct_is_found_in_linear_time() -> None:
    many: list[Any] = [[str(number), number] for number in range(20_000)]
    assert len(FUNCTIONS["distinct"](many + many)) == len(many)
    assert FUNCTIONS["sets.equivalent"](many, many[::-1])


@pytest.mark.parametrize(
    ("many", "other"),
    [
        (list(range(2**62, 2**62 + 1024)) * 50, 2**62 - 1),
        ([NAN] * 50_000, NAN),
        ([[2**62]] * 50_000, [2**62 + 1]),
        ([[NAN]] * 50_000, [NAN]),
    ],
    ids=["integers that are one double", "no numbers", "lists of the former", "lists of the latter"],
)
def test_what_only_looks_alike_does_not_slow_a_search(many: list[Any], other: Any) -> None:
    assert not FUNCTIONS["sets.intersects"](many, [other] * 50_000)


VALUES = [
    None,
    True,
    False,
    0,
    1,
    2**53,
    2**53 + 1,
    Uint(1),
    0.0,
    -0.0,
    1.0,
    2.0**53,
    NAN,
    "a",
    "1",
    b"a",
    Timestamp(1),
    Duration(1),
    NONE,
    optional(1),
    optional(1.0),
    [1],
    [1.0],
    [True],
    {"a": 1},
    {"a": Uint(1)},
    {1: 1},
    {Uint(1): 1.0},
    {BoolKey.TRUE: 1},
]


@given(st.lists(st.sampled_from(VALUES)), st.sampled_from(VALUES))
def test_members_are_what_equality_finds(values: list[Any], value: Any) -> None:
    assert (value in Members(values)) == any(equal(value, each) for each in values)


@given(st.lists(st.sampled_from(VALUES)))
def test_distinct_values_are_all_and_differ(values: list[Any]) -> None:
    distinct = lists.distinct(values)
    for number, value in enumerate(distinct):
        assert not any(equal(value, other) for other in distinct[:number])
    members = Members(distinct)
    assert all(value in members for value in values if equal(value, value))


@given(st.lists(st.integers()), st.integers(0, 5))
def test_sorting_keeps_the_order_of_equals(values: list[int], modulus: int) -> None:
    keys = [value % (modulus + 1) for value in values]
    assert lists.sort_by(values, keys) == sorted(values, key=lambda value: value % (modulus + 1))
