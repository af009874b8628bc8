"""Text: parts and patterns."""

from typing import Any

import pytest

from interlock.cel.libraries import strings
from support.evaluation import error_of, value_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.contains('b')", True),
        ("x.contains('')", True),
        ("x.contains('d')", False),
        ("x.startsWith('ab')", True),
        ("x.startsWith('b')", False),
        ("x.endsWith('bc')", True),
        ("x.endsWith('b')", False),
        ("x.matches('^a.c$')", True),
        ("x.matches('b')", True),
        ("x.matches('^b')", False),
        ("matches(x, 'b')", True),
        ("x.matches(x)", True),
    ],
)
def test_text_is_looked_into(text: str, expected: bool) -> None:  # noqa: FBT001  # a table
    assert value_of(text, x="abc") is expected


@pytest.mark.parametrize("function", ["contains", "startsWith", "endsWith", "matches"])
@pytest.mark.parametrize(
    ("x", "y"),
    [(1, "a"), ("a", 1), (None, "a"), ("a", None), (b"a", "a"), ("a", b"a"), (["a"], "a"), ({"a": 1}, "a")],
    ids=repr,
)
def test_only_text_is_looked_into_and_for(function: str, x: Any, y: Any) -> None:
    assert error_of(f"x.{function}(y)", x=x, y=y).startswith(f"no such overload: {function}(")


@pytest.mark.parametrize("function", ["startsWith", "endsWith"])
@pytest.mark.parametrize("x", [1, None, b"a", ["a"], {"a": 1}, True], ids=repr)
def test_what_is_no_text_has_no_beginning(function: str, x: Any) -> None:
    assert error_of(f"x.{function}('a')", x=x).startswith(f"no such overload: {function}(")


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "(?=a)", "\\1", "[", "*"])
def test_what_is_no_re2_pattern_is_an_error_when_it_is_used(pattern: str) -> None:
    assert error_of("'a'.matches(y)", y=pattern).startswith("invalid regular expression: ")
    assert error_of(f"x.matches({pattern!r})", x="a").startswith("invalid regular expression: ")


def test_a_pattern_has_a_greatest_length() -> None:
    assert value_of("'a'.matches(y)", y="a" + "b*" * 2047)
    assert error_of("'a'.matches(y)", y="a" * 4097) == "regular expression is longer than 4096"


def test_a_pattern_that_grows_too_large_is_refused() -> None:
    assert error_of("'a'.matches(y)", y="((a{100}){100}){100}").startswith("invalid regular expression: ")


def test_patterns_match_in_linear_time() -> None:
    assert value_of("x.matches('^(a+)+$')", x="a" * 50_000 + "b") is False


def test_digits_are_ascii() -> None:
    assert value_of("x.matches('^\\\\d$')", x="\u0663") is False


def test_text_that_is_no_unicode_matches_nothing() -> None:
    assert error_of("x.matches('a')", x="\ud800") == "an argument of matches is out of range"
    assert error_of("'a'.matches(y)", y="\ud800") == "an argument of matches is out of range"
    assert value_of("x.contains('\\u00e9')", x="\ud800é")


def test_a_pattern_is_compiled_once() -> None:
    assert strings.pattern("a+") is strings.pattern("a+")
