"""What is left of an expression where some of what it reads is unknown."""

from typing import Any

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.rewriting.partial import Partial
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import Path
from interlock.cel.types import BOOL, DYN, INT, STRING, list_of
from interlock.spans import typed_in

DECLARED = {"b": BOOL, "n": INT, "s": STRING, "l": list_of(STRING), "x": DYN, "y": DYN}
ENVIRONMENT = Environment(declare([]), DECLARED, DECLARED, AVAILABLE)


def residual(text: str, unknown: frozenset[Path] = frozenset(), **known: Any) -> str:
    program = ENVIRONMENT.compile(typed_in(text))
    return unparse(Partial(program.functions, program.repeated, known, unknown).reduce(program.node))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1 + 2 == 3", "true"),
        ("n + (1 + 2)", "n + 3"),
        ("b && true", "b && true"),
        ("n > 1 && 1 < 2", "n > 1"),
        ("n > 1 && 2 < 1", "false"),
        ("2 < 1 || n > 1", "n > 1"),
        ("true || n > 1", "true"),
        ("1 < 2 ? n : 1 / 0", "n"),
        ("n > 1 ? n : 1 / 0", "n > 1 ? n : 1 / 0"),
        ("['a', 'b'].exists(p, s.startsWith(p))", 's.startsWith("a") || s.startsWith("b")'),
        ("['a', 'b'].all(p, s != p)", 's != "a" && s != "b"'),
        ("[].all(p, s == p)", "true"),
        ("['a'].exists_one(p, s == p)", '["a"].exists_one(p, s == p)'),
        ("l.all(e, e in ['a'] + ['b'])", 'l.all(e, e in ["a", "b"])'),
        ("cel.bind(v, 1 + 1, n + v + v)", "n + 2 + 2"),
        ("cel.bind(v, n, v + 1 + 1)", "cel.bind(v, n, v + 1 + 1)"),
        ("duration('1h') < duration(s)", 'duration("3600s") < duration(s)'),
    ],
)
def test_with_nothing_known_constants_are_folded(text: str, left: str) -> None:
    assert residual(text) == left


@pytest.mark.parametrize(
    ("text", "known", "left"),
    [
        ("n > 1 && s == 'a'", {"n": 2}, 's == "a"'),
        ("n > 1 && s == 'a'", {"n": 1}, "false"),
        ("n > 1 && s == 'a'", {"n": 2, "s": "a"}, "true"),
        ("x.a == y.a", {"x": {"a": 1}}, "1 == y.a"),
        ("s in l", {"l": ["a", "b"]}, 's in ["a", "b"]'),
        ("l.exists(e, e == s)", {"l": ["a", "b"]}, '"a" == s || "b" == s'),
        ("has(x.a) ? x.a : n", {"x": {}}, "n"),
    ],
)
def test_what_is_known_is_evaluated(text: str, known: dict[str, Any], left: str) -> None:
    assert residual(text, **known) == left


def test_what_fails_is_left_to_fail() -> None:
    assert residual("x.a == 1 || n > 1", x={}) == "x.a == 1 || n > 1"


def test_a_part_of_a_known_variable_can_be_unknown() -> None:
    x = {"a": 1, "b": 2}
    unknown = frozenset({("x", "b")})
    assert residual("x.a == 1 && x.b == 2", unknown, x=x) == "x.b == 2"
    assert residual("x.b.c == 1 || x == y", unknown, x=x) == "x.b.c == 1 || x == y"
    assert residual("has(x.b) && has(x.a)", unknown, x=x) == "has(x.b)"


def test_a_macros_variable_hides_what_is_known_by_its_name() -> None:
    assert residual("l.all(n, n == s)", n=1) == "l.all(n, n == s)"
    assert residual("['a', 'b'].all(p, l.exists(p, p == s))") == "l.exists(p, p == s) && l.exists(p, p == s)"


def test_what_can_not_be_written_is_left() -> None:
    assert residual("quantity('1Gi').compareTo(quantity(s)) == 0") == (
        'quantity("1Gi").compareTo(quantity(s)) == 0'
    )
    assert residual("x == s", x="\ud800") == "x == s"


def test_a_long_list_is_not_unrolled() -> None:
    text = f"{list(map(str, range(300)))}.exists(p, s == p)"
    assert ".exists(p, s == p)" in residual(text)


def test_lists_within_lists_are_not_unrolled_where_they_become_many() -> None:
    numbers = list(range(10))
    inner = "s == string(i + j + k + m)"
    assert (
        residual(f"cel.bind(l, {numbers}, l.all(i, l.all(j, l.all(k, l.all(m, {inner})))))").count("s ==") < 100
    )
