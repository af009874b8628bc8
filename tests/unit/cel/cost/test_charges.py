"""What each kind of step costs in a run, as the API server's evaluator charges it.

Constants are folded before the first run, as it does.
"""

from typing import Any

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.types import BOOL, DYN, INT, STRING, list_of, map_of
from interlock.spans import typed_in
from support.costs import cost_of

TYPES = {
    "a": map_of(STRING, DYN),
    "b": BOOL,
    "d": DYN,
    "i": INT,
    "l": list_of(INT),
    "m": map_of(STRING, INT),
    "s": STRING,
    "ss": list_of(STRING),
}
VALUES: dict[str, Any] = {
    "a": {"b": {"c": {"d": 1}}, "e": 1},
    "b": True,
    "d": {"k": [1, 2]},
    "i": 1,
    "l": [1, 2, 3, 4],
    "m": {"x": 1, "y": 2},
    "s": "0123456789abcde",
    "ss": ["a", "b"],
}
ENVIRONMENT = Environment(declare([]), TYPES, {}, AVAILABLE)


def cost(text: str, *, folds: bool = True) -> int:
    return cost_of(ENVIRONMENT.compile(typed_in(text)), VALUES, folds=folds)


def check(text: str, expected: int) -> None:
    assert cost(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 0),
        ("int", 0),
        ("i", 1),
        ("a.b.c.d", 4),
        ("a['b']['c'].d", 4),
        ("l[0]", 2),
        ("l[i]", 2),
        ("l[a.e]", 3),
        ("l[i + 1]", 2 + 2),
        ("[i, 2][0]", 10 + 1 + 2),
        ("(l + l)[0]", 3 + 2),
        ("{'k': i}.k", 30 + 1 + 2),
        ("a.x.y.z", 2),
        ("d.k[7]", 3),
    ],
)
def test_an_attribute_and_each_of_its_qualifiers_that_is_reached_cost_one(text: str, expected: int) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("has(a.b)", 1),
        ("has(a.b.c)", 2),
        ("has(a.x)", 1),
        ("has(a.?b.c)", 2),
        ("has(a.?x.c)", 0),
        ("a.?b", 2),
        ("a.?x", 1),
        ("a.?x.y.z", 1),
        ("a.?b.c.d", 4),
        ("l[?0]", 2),
        ("l[?9]", 1),
        ("optional.of(a).b", 1 + 1 + 2),
    ],
)
def test_asking_whether_a_part_is_there_costs_what_is_found(text: str, expected: int) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b && b", 2),
        ("b || b", 1),
        ("!b", 2),
        ("b ? 1 : 2", 1),
        ("b ? i : 2", 1),
        ("b ? a.e : i", 2),
        ("b ? l[i] : i", 2),
        ("(b ? l : l)[0]", 2),
        ("b ? i + 1 : i", 3),
        ("b ? (b ? i : 1) : 1", 2),
    ],
)
def test_a_branch_is_resolved_and_its_variable_is_free(text: str, expected: int) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2]", 0),
        ("{'a': [1]}", 0),
        ("[1, i]", 11),
        ("{'a': i}", 31),
        ("duration('1h')", 0),
        ("string(1) + 'a'", 1),
        ("string(i)", 2),
        ("i in [1, 2]", 1),
        ("i in [1, i]", 2 + 10 + 2),
        ("i in [dyn(1), 2]", 1 + 2),
        ("i in []", 0),
        ("i in l", 2 + 4),
        ("[1] in [[1]]", 1),
        ("'x' in m", 2),
        ("i in d", 3),
    ],
)
def test_constants_are_folded_and_constant_lists_are_sets(text: str, expected: int) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2]", 10),
        ("{'a': [1]}", 40),
        ("duration('1h')", 1),
        ("i in [1, 2]", 1 + 10 + 2),
        ("[].map(e, e)", 21),
    ],
)
def test_without_folding_constants_are_made_each_time(text: str, expected: int) -> None:
    assert cost(text, folds=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l.all(e, e > 0)", 1 + 4 * 5 + 1),
        ("l.all(e, e < 2)", 1 + 2 * 5 + 2 + 1),
        ("l.all(e, e < 4)", 1 + 4 * 5 + 1),
        ("l.exists(e, e > 2)", 1 + 3 * 6 + 3 + 1),
        ("l.exists(e, e > 9)", 1 + 4 * 6 + 1),
        ("l.exists_one(e, e > 2)", 1 + 4 * 2 + 2 * 2 + 2),
        ("l.map(e, e)", 1 + 4 * 13 + 1),
        ("l.map(e, 1)", 1 + 4 * 2 + 1),
        ("l.map(e, e > 2, e)", 1 + 4 * 2 + 2 * 13 + 1),
        ("l.filter(e, e > 2)", 1 + 4 * 2 + 2 * 13 + 1),
        ("m.map(k, k)", 1 + 2 * 13 + 1),
        ("[].all(e, e)", 1),
        ("m.all(k, v, v > 0)", 1 + 2 * 5 + 1),
        ("l.transformList(p, e, e)", 1 + 4 * 13 + 1),
        ("m.transformMap(k, v, v)", 1 + 2 * 4 + 1),
        ("m.transformMap(k, v, v > 1, v)", 1 + 2 * 2 + 4 + 1),
        ("m.transformMapEntry(k, v, {v: k})", 1 + 2 * (2 + 32) + 1),
        ("l.map(e, l.filter(f, f == e))", 1 + 4 * (12 + 1 + 4 * 3 + 13 + 1) + 1),
    ],
)
def test_a_macro_costs_what_it_expands_to(text: str, expected: int) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cel.bind(v, l.size(), v + v)", 2 + 3),
        ("cel.bind(v, l.size(), 1)", 0),
        ("cel.bind(v, l.size(), b || v > 0)", 1),
        ("optional.of(i).optMap(v, v + v)", 2 + 1 + 1 + 3 + (2 + 1)),
        ("optional.of(i).optMap(v, 1)", 2 + 1 + 1),
        ("optional.of(optional.of(i)).optFlatMap(v, v)", 3 + 1 + 1 + (3 + 1)),
        ("a.?x.optMap(v, v)", 1 + 1 + 1),
        ("a.?e.orValue(i)", 2),
        ("a.?x.orValue(i)", 1 + 1),
        ("a.?x.or(a.?e)", 1 + 2),
        ("optional.none()", 1),
        ("[?a.?e, i]", 10 + 2 + 1),
    ],
)
def test_a_binding_is_paid_for_where_it_is_first_read(text: str, expected: int) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s == s", 2 + 2),
        ("s == 'a'", 1 + 1),
        ("s == ''", 1),
        ("s < s", 2 + 2),
        ("l == l", 2 + 1),
        ("i == i", 2 + 1),
        ("s + s", 2 + 3),
        ("l + l", 2 + 1),
        ("s.contains(s)", 2 + 4),
        ("s.startsWith('0')", 1 + 1),
        ("s.matches('[0-9]+')", 1 + 2 * 2),
        ("bytes(s)", 1 + 2),
        ("size(s)", 2),
        ("matches(s, '[0-9]+')", 1 + 2 * 2),
        ("dyn(s) < s", 3 + 2),
        ("dyn(s) < dyn(s)", 4 + 1),
        ("dyn(s) == s", 3 + 2),
    ],
)
def test_a_call_costs_by_the_sizes_of_its_arguments(text: str, expected: int) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.x == s", 2 + 1 + 1),
        ("a.x + i", 2 + 1 + 1),
        ("i + a.x", 1 + 2 + 1),
        ("size(a.x)", 2 + 1),
        ("s.matches(string(a.x))", 1 + 3 + 2),
        ("string(a.x).matches('a')", 3),
        ("s.substring(a.x, i)", 1 + 2),
        ("s.substring(i, a.x)", 1 + 1 + 2 + 2),
        ("[a.x, i]", 10 + 2),
        ("l.map(e, a.x)", 1 + 4 * (2 + 12) + 1),
        ("l.filter(e, a.x)", 1 + 4 * 2 + 1),
        ("l.exists_one(e, e / 0 == 1)", 1 + 4 * 3 + 2),
        ("l.all(e, e / (e - 1) > 0)", 1 + 4 * (3 + 5) + 1),
        ("m.transformMap(k, v, a.x)", 1 + (3 + 2) + 1 + 1),
        ("m.transformMapEntry(k, v, a.x)", 1 + 2 * (2 + 2) + 1),
        ("a.x.all(e, e)", 2),
        ("dyn(i).all(e, e)", 2),
        ("a.x ? i : i", 2),
        ("cel.bind(v, a.x, v == v)", 2 + 2 + 1),
    ],
)
def test_an_error_costs_what_the_api_server_evaluates_all_the_same(text: str, expected: int) -> None:
    check(text, expected)
