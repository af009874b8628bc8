"""Data as an attacker sends it, and as no JSON has it: each gives a value or a CEL error, and nothing else."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from interlock.cel.activation import Activation
from interlock.cel.explanation.trace import trace
from interlock.spans import typed_in
from support.programs import ERROR, GUARDED, TRUSTING, generated, interpreted

ALLOWED: Final = "web.fetch"
IS_ALLOWED: Final = (
    "x.tool == 'web.fetch'",
    "s == 'web.fetch'",
    "x.tool in ['web.fetch', 'web.search']",
    "s in l",
    "x.tool in {'web.fetch': true}",
    "x == {'tool': 'web.fetch'}",
    "[x] == [{'tool': s}] && s == 'web.fetch'",
    "'web.fetch' in {x.tool: true}",
    "{x.tool: true}[?'web.fetch'].hasValue()",
    "l.exists(allowed, allowed == x.tool)",
    "l.exists_one(allowed, allowed == x.tool)",
    "!l.all(allowed, allowed != x.tool)",
    "l.filter(allowed, allowed == x.tool) != []",
    "sets.contains(l, [x.tool])",
    "sets.intersects(l, [s])",
    "size(['web.fetch', x.tool].distinct()) == 1",
    "l.indexOf(s) >= 0",
    "x.tool.matches('^web[.]fetch$')",
    "s.matches('^web[.]fetch$')",
    "x.tool.matchesGlob('web.fetch')",
    "size(x.tool) == 9 && x.tool.endsWith('fetch')",
    "x.tool <= 'web.fetch' && x.tool >= 'web.fetch'",
    "bytes(x.tool) == b'web.fetch'",
    "x.tool.lowerAscii() == 'web.fetch'",
    "x.tool.trim() == 'web.fetch'",
    "x.tool.split('.') == ['web', 'fetch']",
    "x.tool.substring(4) == 'fetch'",
    "'%s'.format([x.tool]) == 'web.fetch'",
    "[x.tool].join() == 'web.fetch'",
    "base64.encode(bytes(x.tool)) == 'd2ViLmZldGNo'",
    "regex.replace(x.tool, '^web', 'web') == 'web.fetch'",
    "optional.of(x.tool) == optional.of('web.fetch')",
    "x.?tool.orValue('') == 'web.fetch'",
    "cel.bind(tool, x.tool, tool == 'web.fetch')",
    "[x.tool].transformMapEntry(n, tool, {tool: n}) == {'web.fetch': 0}",
)
LOOK_ALIKES: Final = (
    "web.fetch\0; rm",
    "web.fetch\0",
    "\0web.fetch",
    "web.fetch\ud800",
    "web.fetch\u200b",
    "web.fetch\u0301",
    "web.fetch\ufeff",
)


@pytest.mark.parametrize("text", IS_ALLOWED)
def test_a_text_that_only_begins_like_another_is_not_it(text: str) -> None:
    for environment in (TRUSTING, GUARDED):
        program = environment.compile(typed_in(text))
        assert generated(program, sent(ALLOWED)) == interpreted(program, sent(ALLOWED)) == ("bool", True)
        for tool in LOOK_ALIKES:
            found = generated(program, sent(tool))
            assert found == interpreted(program, sent(tool))
            assert found in [("bool", False), (ERROR, None)], tool


def sent(tool: str) -> dict[str, Any]:
    return {"x": {"tool": tool}, "s": tool, "l": ["web.search", "web.fetch"]}


@pytest.mark.parametrize("text", ["x.tool", "x['tool']", "x.?tool.value()", "has(x.tool)", "'tool' in x"])
def test_a_key_that_only_begins_like_another_is_not_it(text: str) -> None:
    for environment in (TRUSTING, GUARDED):
        program = environment.compile(typed_in(text))
        for key in ("tool\0", "tool\0; rm", "\0tool", "tool\ud800", "tool\u200b", "Tool"):
            found = generated(program, {"x": {key: "web.fetch"}})
            assert found == interpreted(program, {"x": {key: "web.fetch"}})
            assert found in [("bool", False), (ERROR, None)], key


# Values that CEL has none of


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": [value]}
    return value


def endless() -> Any:
    value: dict[str, Any] = {}
    value["a"] = [value]
    return value


READS: Final = (
    *("x", "x == y", "x != y", "[x] == [y]", "{'a': x} == {'a': y}", "x in [y]", "x in d", "y in x"),
    *("x in {1: 2}", "x < y", "x + y", "-x", "!x", "x && b", "b || x", "x ? 1 : 2", "x % 2", "x == 1"),
    *("x == 1.0", "x == 'a'", "x.a", "x['a']", "x[0]", "x[y]", "x.?a", "x[?0]", "x.a[0].a", "has(x.a)"),
    *("{x: 1}", "[x, y]", "x.a == y.a", "size(x)", "type(x)", "type(x) == type(y)", "string(x)", "int(x)"),
    *("uint(x)", "double(x)", "bytes(x)", "bool(x)", "timestamp(x)", "duration(x)", "x.matches('a')"),
    *("x.startsWith('a')", "x.contains(y)", "x.all(e, e == y)", "x.exists(k, x[k] == y)", "x.map(e, e)"),
    *("x.filter(e, b)", "x.exists_one(e, e == 1)", "x.all(k, v, k == v)", "x.transformMap(k, v, v)"),
    *("x.transformList(k, v, k)", "cel.bind(v, x, v == x)", "optional.of(x) == optional.of(y)"),
    *("optional.ofNonZeroValue(x)", "optional.of(x).optMap(v, v == y)", "x.split('')", "x.lowerAscii()"),
    *("x.join('')", "'%s'.format([x])", "'%d%x'.format([x, x])", "'%f'.format([x])", "strings.quote(x)"),
    *("x.reverse()", "math.greatest(x, y)", "math.abs(x)", "math.greatest(x)", "math.sqrt(x)"),
    *("sets.contains(x, [y])", "sets.equivalent([x], [y])", "x.flatten()", "[x].flatten(100)", "x.sort()"),
    *("x.distinct()", "[x, y].distinct()", "x.sortBy(e, e)", "x.first()", "base64.decode(x)"),
    *("base64.encode(x)", "regex.extract(x, 'a')", "quantity(x)", "ip(x)", "url(x)", "semver(x)"),
    *("x.matchesGlob('*')", "x.sum()", "x == y || b", "b && x == y", "d.exists(e, e == x)"),
    *("[1].all(n, d == [y])", "s == x", "i < x", "l == x"),
)
NO_JSON: Final[dict[str, Any]] = {
    "an integer past 64 bits": 10**30,
    "an integer of 5,000 digits": 10**5000,
    "a negative one": -(10**5000),
    "a lone surrogate": "a\ud800",
    "the other half": "\udfff",
    "no number": float("nan"),
    "infinity": float("-inf"),
    "10,000 levels": deep(10_000),
    "10,000 levels of lists": [deep(10_000)] * 2,
    "itself": endless(),
    "a key that is no text": {1: "a", None: 1, 1.5: 2, (1,): 3},
    "keys that Python takes for one": {True: "a", 2: "b"},
    "keys of bytes and text": {"a": 1, b"a": 2},
    "keys that look alike": {"a": 1, "a\0": 2, "\ud800": 3, "": 4},
}
NO_VALUES: Final[dict[str, Any]] = {
    "bytes": b"a\xff",
    "a tuple": (1, "a"),
    "a frozen set": frozenset([1]),
    "a decimal": Decimal(1),
    "a time": datetime(2026, 1, 1, tzinfo=UTC),
    "an object": object(),
    "a class": int,
    "an ellipsis": ...,
    "a complex number": 1j,
    "a range": range(3),
    "a function": len,
    "parts that are no JSON": {"a": [object(), {1, 2}, 10**400, "\ud800"]},
    "a list of itself and more": [endless(), 10**5000, ..., float("nan")],
}


@pytest.mark.parametrize("value", NO_JSON.values(), ids=NO_JSON.keys())
def test_what_no_request_can_hold_gives_a_value_or_a_cel_error(value: Any) -> None:
    values = bound(value)
    for text in READS:
        for environment in (TRUSTING, GUARDED):
            program = environment.compile(typed_in(text))
            assert generated(program, values)[0] == interpreted(program, values)[0], text
            trace(program, Activation(values))


@pytest.mark.parametrize("value", NO_VALUES.values(), ids=NO_VALUES.keys())
def test_what_is_no_cel_value_at_all_ends_in_no_other_error(value: Any) -> None:
    values = bound(value)
    for text in READS:
        for environment in (TRUSTING, GUARDED):
            program = environment.compile(typed_in(text))
            for evaluate in (generated, interpreted):
                outcome, _ = evaluate(program, values)
                assert outcome, text


def bound(value: Any) -> dict[str, Any]:
    return {"b": False, "i": 1, "s": "a", "l": ["a"], "x": value, "y": value, "d": [value, value]}
