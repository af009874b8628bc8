"""Where Python's operators stand in for CEL's, and where they must not."""

from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.generation.generate import Generator
from interlock.cel.libraries.overloads import functions, results
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.types import BOOL, DOUBLE, DYN, INT, NULL, STRING, TIMESTAMP, list_of, map_of
from interlock.cel.values import EvaluationError, Timestamp
from interlock.spans import typed_in

DECLARED = {
    "b": BOOL,
    "n": INT,
    "f": DOUBLE,
    "s": STRING,
    "t": STRING,
    "l": list_of(STRING),
    "m": map_of(STRING, INT),
    "d": map_of(STRING, DYN),
    "x": DYN,
    "now": TIMESTAMP,
    "nothing": NULL,
}
SURE = {name: type_ for name, type_ in DECLARED.items() if name != "x"}
ENVIRONMENT = Environment(declare([]), DECLARED, SURE)
FUNCTIONS = functions([STANDARD])
VALUES = {
    "b": True,
    "n": 3,
    "f": 0.5,
    "s": "abc",
    "t": "b",
    "l": ["a", "abc"],
    "m": {"a": 1},
    "d": {"a": True},
    "x": "abc",
    "now": Timestamp(5),
    "nothing": None,
}


def python_of(text: str) -> str:
    node = ENVIRONMENT.compile(typed_in(text)).node
    return Generator(ENVIRONMENT.declarations, SURE, FUNCTIONS, results([STANDARD])).code(node, {}).text


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("!b", "(not a['b'])"),
        ("size(l)", "len(a['l'])"),
        ("s.size()", "len(a['s'])"),
        ("n < 5", "(a['n'] < 5)"),
        ("s <= t", "(a['s'] <= a['t'])"),
        ("now > now", "(a['now'] > a['now'])"),
        ("n == 3", "(a['n'] == 3)"),
        ("s != 'a'", "(a['s'] != 'a')"),
        ("x == 'abc'", "(a['x'] == 'abc')"),
        ("x == null", "(a['x'] is None)"),
        ("x != null", "(a['x'] is not None)"),
        ("s + 'x'", "(a['s'] + 'x')"),
        ("s in l", "(a['s'] in a['l'])"),
        ("s in m", "(a['s'] in a['m'])"),
        ("m[s]", "a['m'][a['s']]"),
        ("d.a", "a['d']['a']"),
        ("s.startsWith(t)", "a['s'].startswith(a['t'])"),
        ("x.endsWith(t)", "a['x'].endswith(a['t'])"),
        ("s.contains(t)", "(a['t'] in a['s'])"),
        ("x.contains(s)", "(a['x'].find(a['s']) >= 0)"),
        ("size(x)", "len(a['x'])"),
        ("has(x.a)", "('a' in a['x'].keys())"),
        ("x in ['a', 'b']", "(a['x'] in k0)"),
        ("x < 5", "(v1 < 5 if type(v1 := a['x']) is int else k0(v1, 5))"),
        ("x.exists(e, e == 'a')", "('a' in k0(a['x']))"),
        ("l.all(e, e != 'a')", "('a' not in a['l'])"),
        ("b && n < 5 || b", "((a['b'] and (a['n'] < 5)) or a['b'])"),
        ("b ? n : 4", "(a['n'] if a['b'] else 4)"),
        ("l.exists(e, e == s)", "any((v1 == a['s']) for v1 in a['l'])"),
        ("l.all(e, e == s)", "all((v1 == a['s']) for v1 in a['l'])"),
        ("l.filter(e, e == s)", "[v1 for v1 in a['l'] if (v1 == a['s'])]"),
        ("{'a': s}", "{'a': a['s']}"),
    ],
)
def test_what_is_sure_is_plain_python(text: str, python: str) -> None:
    assert python_of(text) == python


@pytest.mark.parametrize(
    "text",
    [
        "x == 1",
        "x == true",
        "x == x",
        "d.a == 1",
        "d.a == b",
        "x < 5",
        "d.a < 5",
        "!x",
        "x + 1",
        "x + 'a'",
        "n / 2",
        "n % 2",
        "f + f",
        "-n",
        "x in l",
        "1 in x",
        "s in x",
        "l[0]",
        "d[x]",
        "x.matches('a')",
        "s.matches(t)",
        "s.matches('(')",
        "l == l",
        "m == m",
        "{n: 1}",
        "{'a': 1, 'a': 2}",
    ],
)
def test_what_is_not_sure_asks_the_library(text: str) -> None:
    assert "k" in python_of(text).replace("'abc'", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d.a == 1", False),
        ("d.a == true", True),
        ("x == 'abc'", True),
        ("nothing == null", True),
        ("s == x", True),
        ("n == 3 && f < 1.0", True),
        ("s in ['abc', 'd']", True),
        ("t in ['abc', 'd']", False),
        ("s in l && s in [s]", True),
        ("s in m", False),
        ("'a' in m", True),
        ("s.matches('^a')", True),
        ("s.matches(t)", True),
        ("s.contains(t) && s.startsWith('a') && s.endsWith('c')", True),
        ("l.exists_one(e, e == s)", True),
        ("size(l.map(e, e + t)) == 2", True),
        ("(b ? s : t) == s", True),
        ("now == timestamp(0)", False),
    ],
)
def test_plain_python_gives_the_values_of_cel(text: str, expected: Any) -> None:
    program = ENVIRONMENT.compile(typed_in(text))
    assert program.evaluate(Activation(VALUES)) is expected
    assert program.trace(Activation(VALUES), lambda _node, _value: None) is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("m[s] == 1", "no such key"),
        ("d.b", "no such key: b"),
        ("n + 9223372036854775807", "integer overflow"),
        ("n * -9223372036854775807", "integer overflow"),
        ("n - 9223372036854775807 - 10", "integer overflow"),
        ("s.matches('(')", "invalid regular expression"),
        ("d.a.startsWith('a')", "no such overload: startsWith(bool, string)"),
        ("b && d.b", "no such key: b"),
    ],
)
def test_where_python_raises_the_interpreter_says_why(text: str, said: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        ENVIRONMENT.compile(typed_in(text)).evaluate(Activation(VALUES))
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("text", ["dyn(1).startsWith(s)", "dyn(-1).endsWith(s)", "dyn(null).startsWith(s)"])
def test_a_constant_without_the_method_is_an_error(text: str) -> None:
    with pytest.raises(EvaluationError, match="no such overload"):
        ENVIRONMENT.compile(typed_in(text)).evaluate(Activation(VALUES))


def test_a_list_of_texts_is_looked_up_in_a_set() -> None:
    generator = Generator(ENVIRONMENT.declarations, SURE, FUNCTIONS, results([STANDARD]))
    code = generator.code(ENVIRONMENT.compile(typed_in("s in ['a', 'b', 'a']")).node, {})
    assert code.text == "(a['s'] in k0)"
    assert generator.names == {"k0": frozenset({"a", "b"})}


def test_one_constant_is_one_global() -> None:
    generator = Generator(ENVIRONMENT.declarations, SURE, FUNCTIONS, results([STANDARD]))
    generator.code(ENVIRONMENT.compile(typed_in("x < 1 && x < 2")).node, {})
    assert len([value for value in generator.names.values() if value is FUNCTIONS["_<_"]]) == 1
