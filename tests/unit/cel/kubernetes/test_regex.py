"""What a pattern finds."""

import pytest

from interlock.cel.libraries.kubernetes.regex import REGEX, find_all
from interlock.cel.values import LimitExceeded
from support.libraries import Expressions

LIBRARY = Expressions((REGEX,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'abc 123'.find('[0-9]+')", "123"),
        ("'abc 123'.find('[0-9]*')", ""),
        ("'abc'.find('x')", ""),
        ("'aXbX'.find('(a)(X)')", "aX"),
        ("'é1'.find('.')", "é"),
        ("'123 abc 456'.findAll('[0-9]+')", ["123", "456"]),
        ("'abc'.findAll('x')", []),
        ("'aaa'.findAll('a', 2)", ["a", "a"]),
        ("'aaa'.findAll('a', 0)", []),
        ("'aaa'.findAll('a', -1)", ["a", "a", "a"]),
        ("'aaa'.findAll('a', 9223372036854775807)", ["a", "a", "a"]),
        # No empty match right after another one.
        ("'a1'.findAll('[0-9]*')", ["", "1"]),
        ("'12ab'.findAll('[0-9]*')", ["12", "", ""]),
        ("''.findAll('')", [""]),
        ("'éa'.findAll('')", ["", "", ""]),
    ],
)
def test_matches_are_found_as_go_finds_them(text: str, expected: object) -> None:
    assert LIBRARY.value(text) == expected


@pytest.mark.parametrize("text", ["'a'.find(x)", "'a'.findAll(x)", "'a'.findAll(x, 1)"])
def test_what_is_no_pattern_is_an_error(text: str) -> None:
    assert LIBRARY.error(text, x="(").startswith("invalid regular expression: ")


def test_there_is_a_greatest_number_of_matches() -> None:
    with pytest.raises(LimitExceeded):
        find_all("a" * 1_000_001, "a")
    assert LIBRARY.value("x.findAll('a', 2)", x="a" * 1_000_001) == ["a", "a"]
