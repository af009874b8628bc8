"""Optional values."""

from typing import Any

import pytest

from interlock.cel.libraries.extensions import optionals
from interlock.cel.types import OPTIONAL
from interlock.cel.values import NONE, Duration, Optional, Timestamp, Uint, optional
from support.libraries import Expressions

OPTIONALS = Expressions((optionals.VERSIONS[2], optionals.UNWRAP))


@pytest.mark.parametrize(
    "zero",
    [None, False, 0, Uint(0), 0.0, -0.0, "", b"", [], {}, Duration(0), Timestamp(0)],
    ids=lambda zero: f"{type(zero).__name__}-{zero}",
)
def test_zero_values_are_absent(zero: Any) -> None:
    assert OPTIONALS.value("optional.ofNonZeroValue(x)", x=zero) == NONE
    assert OPTIONALS.value("optional.of(x).hasValue()", x=zero)


@pytest.mark.parametrize(
    "value",
    [True, -1, 0.5, float("nan"), "0", [0], {"a": None}, Duration(1), Timestamp(1), OPTIONAL, NONE],
    ids=repr,
)
def test_other_values_are_present(value: Any) -> None:
    made = OPTIONALS.value("optional.ofNonZeroValue(x)", x=value)
    assert made.is_present
    assert made.value is value


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("x.?a", {"a": None}, optional(None)),
        ("x.?b", {"a": 1}, NONE),
        ("x.?a.b", {"a": {"b": 1}}, optional(1)),
        ("x.?a.b", {"a": {}}, NONE),
        ("x.?b.c.d", {"a": 1}, NONE),
        ("x.?a.?b", {"a": {"b": 1}}, optional(1)),
        ("x[?'a']", {"a": 1}, optional(1)),
        ("x[?1]", {1: "b"}, optional("b")),
        ("x[?dyn(1.0)]", {1: "b"}, optional("b")),
        ("x[?dyn(1.5)]", {1: "b"}, NONE),
        ("x[?0]", [7], optional(7)),
        ("x[?1]", [7], NONE),
        ("x[?-1]", [7], NONE),
        ("x[?dyn(0.0)]", [7], optional(7)),
        ("optional.of(x)[0]", [7], optional(7)),
        ("optional.of(x)[1]", [7], NONE),
        ("optional.of(x)['b']", {"a": 1}, NONE),
        ("optional.of(x)[?0]", [7], optional(7)),
        ("optional.of(x).a", {"a": 1}, optional(1)),
        ("has(optional.of(x).a)", {"a": 1}, True),
        ("has(optional.of(x).b)", {"a": 1}, False),
        ("has(x.?b.c)", {"a": 1}, False),
        ("x.?a.orValue(5)", {"a": 1}, 1),
        ("x.?b.orValue(5)", {"a": 1}, 5),
        ("x.?b.or(x.?a)", {"a": 1}, optional(1)),
        ("x.?a.orValue(1 / 0)", {"a": 1}, 1),
        ("x.?a.or(optional.of(1 / 0))", {"a": 1}, optional(1)),
        ("x.first()", [1, 2], optional(1)),
        ("x.last()", [1, 2], optional(2)),
        ("x.first()", [], NONE),
        ("x.last()", [], NONE),
        ("optional.unwrap(x)", [optional(1), NONE, optional(None)], [1, None]),
        ("x.unwrapOpt()", [NONE], []),
        ("optional.of(x).value()", 5, 5),
    ],
)
def test_what_may_be_absent_is_reached_without_errors(text: str, x: Any, expected: Any) -> None:
    assert OPTIONALS.value(text, x=x) == expected


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("optional.none().value()", None, "optional.none() has no value"),
        ("x.?a", 1, "no such overload: select `a` of what is no map"),
        ("x.?a.b", {"a": None}, "no such overload: select `b` of what is no map"),
        ("has(x.?a.b)", {"a": 1}, "no such overload: has `b` of what is no map"),
        ("x[?'a']", "a", "no such overload: _[?_](string, string)"),
        ("optional.of(x)[0]", 1, "no such overload: _[?_](int, int)"),
        ("x[?0]", None, "no such overload: _[?_](null_type, int)"),
        ("x[?dyn('a')]", [1], "no such overload: a list is indexed by an int"),
        ("optional.unwrap(x)", [1], "no such overload: optional.unwrap(int)"),
        ("x.first()", {}, "no such overload: first(map)"),
        ("x.hasValue()", 1, "no such overload: hasValue(int)"),
    ],
)
def test_what_can_not_hold_it_is_an_error(text: str, x: Any, said: str) -> None:
    assert OPTIONALS.error(text, x=x) == said


def test_optionals_are_equal_by_what_they_hold() -> None:
    assert OPTIONALS.value("x == y", x=optional([1]), y=optional([1.0]))
    assert OPTIONALS.value("optional.none() == optional.none()")
    assert not OPTIONALS.value("x == y", x=optional(None), y=NONE)
    assert not OPTIONALS.value("x == y", x=optional(float("nan")), y=optional(float("nan")))
    assert not OPTIONALS.value("x == y", x=optional(1), y=1)


def test_optional_is_a_type() -> None:
    assert OPTIONALS.value("type(optional.none()) == optional_type")
    assert OPTIONALS.value("type(optional.of(1))") == OPTIONAL


def test_alternatives_compute_strictly_what_they_are_given() -> None:
    computed = {overload.function: overload.compute for overload in optionals.VERSIONS[0].overloads}
    held: Optional = optional(1)
    assert computed["or"](NONE, held) is computed["or"](held, NONE) is held
    assert computed["orValue"](NONE, 2) == 2
    assert computed["orValue"](held, 2) == 1


@pytest.mark.parametrize(
    ("text", "version"),
    [("optional.of(1)", 0), ("optional.of(1).optFlatMap(x, optional.of(x))", 1), ("[1].first()", 2)],
)
def test_a_function_is_there_from_its_version_on(text: str, version: int) -> None:
    for number, library in enumerate(optionals.VERSIONS):
        assert Expressions((library,)).accepts(text) == (number >= version)
