"""A bound that holds for any data of a size."""

from contextlib import suppress
from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.cost.bounds import computed
from interlock.cel.cost.ceiling import Extent, allowance, bound
from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.ranges import MAX
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.ir import Node
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.program import Program
from interlock.cel.types import DYN, INT, STRING, list_of, map_of
from interlock.cel.values import EvaluationError
from interlock.spans import typed_in
from support.costs import NO_LIMIT, ceiling, cost_of, extent, size_of, turns_of

TYPES = {"d": DYN, "i": INT, "l": list_of(INT), "m": map_of(STRING, DYN), "s": STRING, "ss": list_of(STRING)}
ENVIRONMENT = Environment(declare([]), TYPES, {}, AVAILABLE)

DATA: list[dict[str, Any]] = [
    {"d": 1, "i": 0, "l": [], "m": {}, "s": "", "ss": []},
    {"d": [[1], [2, 3]], "i": 3, "l": [3, 1, 2], "m": {"a": "b"}, "s": "a-b-c", "ss": ["é" * 9, "a", "b"]},
    {
        "d": {"k": ["v"] * 9},
        "i": 7,
        "l": [1] * 40,
        "m": {"k": {"k": "v"}},
        "s": "0" * 200,
        "ss": ["x" * 50] * 9,
    },
]

TEXTS = [
    "s.replace('', s).replace('a', s) == s",
    "s.split('').map(e, e + s).join(s).contains(s)",
    "ss.join('-').findAll('.').map(e, e + e).size() > 0",
    "s.matches(s) || s.find('[a-c]+') == s",
    "ss.map(e, ss.map(f, e + f)).exists(e, e.exists(f, f.contains(s)))",
    "ss.all(e, e in ss) && l.exists(e, e in l)",
    "l.sort().distinct().reverse() == l.slice(0, 1)",
    "d.flatten(3).size() > 0 || [l, l].flatten(2).sum() > 0",
    "m.transformMap(k, v, k + s).exists(k, v, v.contains(k))",
    "m.transformMapEntry(k, v, {k + s: v}) == m",
    "ss.isSorted() && ss.max() == s && ss.indexOf(s) > l.sum()",
    "cel.bind(v, ss.map(e, s + e), v.all(e, v.exists(f, f == e)))",
    "m.?a.optMap(v, ss.map(e, e + s)).orValue(ss).all(e, e != s)",
    "ss.map(e, m.?a.optMap(v, ss.exists(f, f == e)).orValue(false)).size() > 0",
    "ss.exists(e, optional.of(ss.filter(f, f != e)).optMap(v, v + v).value() == ss)",
    "strings.quote(s) + s == 'a' + s.lowerAscii().trim().substring(0)",
    "bytes(s) + bytes(s) == b'a' && string(bytes(s)) == s",
    "sets.equivalent(ss, ss) && sets.contains(l, l) && sets.intersects(ss, [s])",
    "'%s %d %s'.format([s, i, ss]).contains(s)",
    "format.dns1123Label().validate(s).hasValue()",
    "format.named('uri').value().validate(s).orValue([s]).exists(e, e.contains(s))",
    "url(s).getQuery().all(k, k == s) || isURL(s)",
    "quantity('1').isLessThan(quantity(s)) || isQuantity(s)",
    "isIP(s) || ip.isCanonical(s) || cidr('10.0.0.0/8').containsIP(s) || cidr('10.0.0.0/8').containsCIDR(s)",
    "ip('2001:db8::1') != ip('2001:db8::2') && [ip('2001:db8::1')] == []",
    "lists.range(i).map(e, l[e]).size() > 0",
    "d.k[0] + d.k[1] == s || d.exists(e, d[e] == m)",
    "has(m.a) ? m.a == m : size(ss.filter(e, e > s).map(e, [e, e])) > i",
    "s.matchesGlob('*-*') || s.matchesAnyGlob(ss) || jsonpatch.escapeKey(s) == s",
    "base64.encode(bytes(s)) == s || regex.replace(s, '[a-z]', s) == s || regex.extractAll(s, '.') == ss",
    "regex.extract(s, '[a-z]+').orValue(s) == s",
    "math.greatest(l) > 3 || math.least(i, 1, 2) > 0 || ss.includes(s) || s.includes(s)",
    "ss.sortBy(e, e.size()) == ss",
    "type(d) == int || string(i) + string(2.5) == s || int(s) == i",
    "ss.map(e, s + e)",
    "ss.map(e, ss.map(f, f + e))",
    "ss.filter(e, e != s)",
    "m.transformMap(k, v, [v, k])",
    "m.transformMapEntry(k, v, {k + s: [s]})",
    "l.transformList(p, e, p)",
    "strings.quote(s) + strings.quote(s)",
    "ss.join(s).split('')",
    "s.replace('', 'xyz').findAll('.')",
    "bytes(ss.join('é'))",
    "format.named('uri').value().validate(s)",
    "b'abc' + bytes(string(2.5)) + bytes(s)",
    "[s, s + s, string(timestamp(0))]",
    "m.?a.optMap(v, [v, v])",
    "base64.encode(bytes(s))",
    "url('https://a.b/?' + s).getQuery()",
    "lists.range(i).map(e, s)",
]


def compiled(text: str) -> Program:
    return ENVIRONMENT.compile(typed_in(text))


def node_of(text: str) -> Node:
    return compiled(text).node


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("values", DATA)
def test_no_cost_is_above_the_ceiling(text: str, values: dict[str, Any]) -> None:
    program = compiled(text)
    assert cost_of(program, values, folds=False) <= ceiling(
        program.node, extent(sum(map(size_of, values.values())))
    )


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("values", DATA)
def test_no_value_is_larger_than_its_bound(text: str, values: dict[str, Any]) -> None:
    program = compiled(text)
    total = bound(program.node, extent(sum(map(size_of, values.values())))).total
    with suppress(EvaluationError):
        assert size_of(program.measure(Activation(values), Meter(limit=NO_LIMIT))) <= total


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("values", DATA)
def test_as_many_turns_of_as_are_allowed_stay_within_the_limit(text: str, values: dict[str, Any]) -> None:
    program = compiled(text)
    cost = cost_of(program, values, folds=False)
    allowed = allowance(program.node, extent(sum(map(size_of, values.values()))), cost - 1)
    assert allowed is None or turns_of(program, values) > allowed


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("i + 1 > 2", 10**6, 3),
        ("s == s", 1000, 2 + 100),
        ("l.all(e, e > 0)", 1000, 1 + 1000 * 5 + 32),
        ("[1, 2].all(e, e > 0)", 10**6, 10 + 2 * 5 + 32),
    ],
)
def test_a_ceiling_is_near_what_the_worst_data_costs(text: str, size: int, expected: int) -> None:
    assert expected <= ceiling(node_of(text), extent(size)) <= expected + 10


def test_a_ceiling_stops_at_the_maximum() -> None:
    loops = "l.all(a, l.all(b, l.all(c, l.all(e, a + b + c + e > 0))))"
    assert ceiling(node_of(loops), extent(10**9)) == MAX
    assert ceiling(node_of("l.flatten(i) == l"), extent(1)) == MAX


def test_a_variable_that_is_computed_may_be_larger_than_the_data() -> None:
    node = node_of("s == s")
    assert ceiling(node, extent(10), {"s": computed(0, 1000)}) == ceiling(node, extent(1000))


def test_a_variable_that_is_computed_has_the_elements_of_what_it_is_made_of() -> None:
    loop, few = node_of("l.all(a, a > 0)"), Extent(1000, 10)
    made = bound(node_of("l.filter(a, a > 0)"), few)
    assert ceiling(loop, few, {"l": made}) == ceiling(loop, few)
    assert ceiling(loop, few) * 50 < ceiling(loop, extent(1000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l.all(a, a > 0)", PER_CALL_LIMIT / 5),
        ("l.all(a, a in l)", PER_CALL_LIMIT / 6),
        ("l.all(a, l.all(b, a <= b))", PER_CALL_LIMIT / (3 + 1 + 32)),
        ("l.all(a, [1, 2].all(b, a <= b))", PER_CALL_LIMIT / (3 + 10 + 32 + 2 * 6)),
        ("l.all(a, a > 0) && l.all(a, a > 1)", PER_CALL_LIMIT / 5),
    ],
)
def test_the_dearest_turn_says_how_many_are_allowed(text: str, expected: float) -> None:
    allowed = allowance(node_of(text), extent(100), PER_CALL_LIMIT)
    assert allowed is not None
    assert allowed == pytest.approx(expected, rel=0.01)


def test_how_many_turns_are_allowed_does_not_depend_on_the_data_where_their_cost_does_not() -> None:
    node = node_of("l.all(a, a > 0 && s != 'text')")
    assert allowance(node, extent(10), PER_CALL_LIMIT) == allowance(node, extent(10**9), PER_CALL_LIMIT)


def test_no_turn_is_allowed_where_the_rest_takes_it_all() -> None:
    node = node_of("s == d && l.all(a, a > 0)")
    assert allowance(node, extent(10**9), PER_CALL_LIMIT) is None
    assert allowance(node, extent(1000), PER_CALL_LIMIT)


def test_a_list_of_data_has_no_more_elements_than_all() -> None:
    assert ceiling(node_of("i in l"), Extent(10**9, 100)) < 200
    assert ceiling(node_of("l.all(a, a > 0)"), Extent(10**9, 100)) < 1000
