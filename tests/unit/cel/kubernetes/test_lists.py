"""Lists: order, sum, least and greatest, position."""

import math
from typing import Any

import pytest

from interlock.cel.libraries.extensions import strings
from interlock.cel.libraries.kubernetes.lists import LISTS_V0, LISTS_V1
from interlock.cel.values import MAX_INT, Duration, Timestamp, Uint
from support.libraries import Expressions

LIBRARY = Expressions((LISTS_V1,))

RISING: list[list[Any]] = [
    [1, 2, 2],
    [Uint(1), Uint(2)],
    [1.0, 2.5],
    [False, True],
    ["a", "b"],
    [b"a", b"b"],
    [Duration(1), Duration(2)],
    [Timestamp(1), Timestamp(2)],
    [1, 1.5, Uint(2)],
]


@pytest.mark.parametrize("elements", RISING, ids=repr)
def test_every_comparable_type_has_an_order(elements: list[Any]) -> None:
    assert LIBRARY.value("x.isSorted()", x=elements) is True
    assert LIBRARY.value("x.isSorted()", x=elements[::-1]) is False
    assert LIBRARY.value("x.min()", x=elements) == elements[0]
    assert LIBRARY.value("x.max()", x=elements) == elements[-1]


@pytest.mark.parametrize("function", ["isSorted", "min", "max"])
@pytest.mark.parametrize("elements", [[None], [[1]], [{}], [1, "a"], [True, 1], [b"a", "a"]], ids=repr)
def test_what_has_no_order_has_no_overload(function: str, elements: list[Any]) -> None:
    assert LIBRARY.error(f"x.{function}()", x=elements) == f"no such overload: {function}(list)"


def test_text_is_ordered_by_code_point() -> None:
    assert LIBRARY.value("['B', 'a', 'é', '\\U0001f600'].isSorted()") is True


def test_no_number_is_neither_less_nor_greater() -> None:
    assert LIBRARY.value("x.isSorted()", x=[1.0, math.nan, 0.0]) is True
    assert math.isnan(LIBRARY.value("x.min()", x=[math.nan, 1.0]))
    assert LIBRARY.value("x.max()", x=[1.0, math.nan]) == 1.0


def test_an_empty_list_is_sorted_and_has_no_least_element() -> None:
    assert LIBRARY.value("x.isSorted()", x=[]) is True
    assert LIBRARY.error("x.min()", x=[]) == "min called on empty list"
    assert LIBRARY.error("x.max()", x=[]) == "max called on empty list"


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([1, -3], -2),
        ([Uint(1), Uint(3)], Uint(4)),
        ([0.1] * 10, 0.9999999999999999),
        ([Duration(1), Duration(-3)], Duration(-2)),
        ([MAX_INT, -1], MAX_INT - 1),
        ([], 0),
    ],
    ids=repr,
)
def test_numbers_and_durations_are_summed(elements: list[Any], expected: Any) -> None:
    value = LIBRARY.value("x.sum()", x=elements)
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ([MAX_INT, 1, -1], "integer overflow"),
        ([Uint(2**64 - 1), Uint(1)], "unsigned integer overflow"),
        ([Duration(MAX_INT), Duration(1)], "duration out of range"),
        (["a"], "no such overload: sum(list)"),
        ([True], "no such overload: sum(list)"),
        ([Timestamp(1)], "no such overload: sum(list)"),
        ([1, 1.0], "no such overload: sum(list)"),
    ],
    ids=repr,
)
def test_a_sum_that_does_not_fit_is_an_error(elements: list[Any], said: str) -> None:
    assert LIBRARY.error("x.sum()", x=elements) == said


def test_an_element_is_found_by_equality() -> None:
    assert LIBRARY.value("x.indexOf(2.0)", x=[1, 2, 2]) == 1
    assert LIBRARY.value("x.lastIndexOf(2u)", x=[1, 2, 2]) == 2
    assert LIBRARY.value("x.indexOf({'a': 1})", x=[{}, {"a": 1}]) == 1
    assert LIBRARY.value("x.indexOf(true)", x=[1]) == -1
    assert LIBRARY.value("x.lastIndexOf(1)", x=[]) == -1


def test_a_text_still_has_its_own_positions() -> None:
    both = Expressions((strings.DECLARED[2], LISTS_V0))
    assert both.value("[x.indexOf('b'), [x].indexOf('ab')]", x="ab") == [1, 0]
    assert both.value("x.indexOf('b')", x=["a", "b"]) == 1


@pytest.mark.parametrize(
    ("target", "item", "expected"),
    [
        ([1, 2], 2, True),
        ([1, 2], 3, False),
        ([], 1, False),
        ("a", "a", True),
        ("a", "b", False),
        (1, 1.0, True),
    ],
)
def test_a_scalar_includes_itself(target: Any, item: Any, expected: bool) -> None:  # noqa: FBT001  # a table
    assert LIBRARY.value("x.includes(y)", x=target, y=item) is expected


def test_includes_came_with_the_second_library() -> None:
    assert not Expressions((LISTS_V0,)).accepts("[1].includes(1)")


@pytest.mark.parametrize(
    "text", ["[['a']].sum()", "['a'].sum()", "[true].sum()", "{'a': 1}.min()", "'a'.isSorted()"]
)
def test_the_checker_knows_the_types_of_elements(text: str) -> None:
    assert not LIBRARY.accepts(text)
