"""The strings extension: texts by position, and texts made of others."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.extensions import lists, strings
from interlock.cel.libraries.limits import MAX_SIZE
from interlock.cel.values import LimitExceeded
from support.libraries import Expressions

STRINGS = Expressions((strings.VERSIONS[4],))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'aéT'.charAt(1)", "é"),
        ("'aéT'.charAt(3)", ""),
        ("'tacocat'.indexOf('ac')", 1),
        ("'tacocat'.indexOf('a', 3)", 5),
        ("'tacocat'.indexOf('', 3)", 3),
        ("'tacocat'.indexOf('a', 7)", -1),
        ("'é😀é'.indexOf('é', 1)", 2),
        ("'tacocat'.lastIndexOf('a')", 5),
        ("'tacocat'.lastIndexOf('')", 7),
        ("'tacocat'.lastIndexOf('', 3)", 3),
        ("'abcabc'.lastIndexOf('bc', 3)", 1),
        ("'abcabc'.lastIndexOf('bc', 4)", 4),
        ("'abcabc'.lastIndexOf('bc', 6)", 4),
        ("'abc'.lastIndexOf('abcd')", -1),
        ("'TacoCÆt'.lowerAscii()", "tacocÆt"),
        ("'tacoCÆt'.upperAscii()", "TACOCÆT"),
        ("'aaa'.replace('aa', 'b')", "ba"),
        ("'abc'.replace('', '-')", "-a-b-c-"),
        ("'abc'.replace('', '-', 2)", "-a-bc"),
        ("'aaa'.replace('a', 'bc', 2)", "bcbca"),
        ("'aaa'.replace('a', 'b', 0)", "aaa"),
        ("'aaa'.replace('a', 'b', -3)", "bbb"),
        ("'a,b,c'.split(',')", ["a", "b", "c"]),
        ("'a,b,c'.split(',', 0)", []),
        ("'a,b,c'.split(',', 1)", ["a,b,c"]),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        ("'a,b,c'.split(',', -2)", ["a", "b", "c"]),
        ("''.split(',')", [""]),
        ("'aé😀'.split('')", ["a", "é", "😀"]),
        ("'abc'.split('', 2)", ["a", "bc"]),
        ("'abc'.split('', 9)", ["a", "b", "c"]),
        ("''.split('')", []),
        ("'tacocat'.substring(4)", "cat"),
        ("'tacocat'.substring(7)", ""),
        ("'tacocat'.substring(0, 4)", "taco"),
        ("' \\f\\n\\r\\t\\v\\u0085\\u3000a b\\u2028 '.trim()", "a b"),
        ("'\\u200ba\\u001c'.trim()", "\u200ba\x1c"),
        ("['x', 'y'].join()", "xy"),
        ("['x', 'y'].join('-')", "x-y"),
        ("[].join('-')", ""),
        ("strings.quote('a\"b\\\\\\n\\a')", '"a\\"b\\\\\\n\\a"'),
        ("strings.quote('')", '""'),
        ("'aé😀'.reverse()", "😀éa"),
    ],
)
def test_positions_are_code_points(text: str, expected: Any) -> None:
    assert STRINGS.value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "'abc'.charAt(-1)",
        "'abc'.charAt(4)",
        "'abc'.indexOf('a', -1)",
        "'abc'.indexOf('', 4)",
        "'abc'.lastIndexOf('a', -1)",
        "'abc'.lastIndexOf('', 4)",
        "'abc'.substring(-1)",
        "'abc'.substring(4)",
        "'abc'.substring(1, 4)",
        "'abc'.substring(4, 5)",
    ],
)
def test_a_position_outside_of_the_text_is_an_error(text: str) -> None:
    assert STRINGS.error(text) == "index out of range"


def test_a_substring_does_not_end_before_it_starts() -> None:
    assert STRINGS.error("'tacocat'.substring(4, 3)") == "a substring starts after its end"


def test_only_texts_are_joined() -> None:
    assert STRINGS.error("['a', x].join()", x=1) == "no such overload: join(int)"
    assert STRINGS.error("x.join()", x="ab") == "no such overload: join(string)"


def test_what_is_no_unicode_is_quoted_as_replaced() -> None:
    assert STRINGS.value("strings.quote(x)", x="a\ud800") == '"a\ufffd"'


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("'a'.trim()", 0),
        ("'%d'.format([1])", 1),
        ("strings.quote('a')", 1),
        ("['a'].join()", 2),
        ("'a'.reverse()", 3),
    ],
)
def test_a_function_is_there_from_its_version_on(text: str, version: int) -> None:
    for number, library in enumerate(strings.VERSIONS):
        assert Expressions((library,)).accepts(text) == (number >= version)


def test_declared_by_us_it_has_all_but_reverse() -> None:
    for own, google in zip(strings.DECLARED, strings.VERSIONS, strict=True):
        names = {overload.function for overload in google.overloads}
        assert {overload.function for overload in own.overloads} == names - {"reverse"}
    both = Expressions((strings.DECLARED[4], lists.VERSIONS[2]))
    assert both.value("['b', 'a'].reverse().join('').charAt(0)") == "a"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x.replace('a', 'bb')", {"x": "a" * 600_000}),
        ("x.replace('', x)", {"x": "a" * 2000}),
        ("x.replace(x, y, 1)", {"x": "", "y": "b" * (MAX_SIZE + 1)}),
        ("x.split('a')", {"x": "a" * MAX_SIZE}),
        ("x.split('')", {"x": "a" * (MAX_SIZE + 1)}),
        ("x.join(y)", {"x": ["a"] * 2000, "y": "b" * 1000}),
        ("[x, x].join()", {"x": "a" * 600_000}),
        ("strings.quote(x)", {"x": "\n" * 600_000}),
        ("x.format([y, y])", {"x": "%s%s", "y": "a" * 600_000}),
        ("x.format([y])", {"x": "%x", "y": "a" * 600_000}),
    ],
)
def test_no_text_is_made_past_the_bound(text: str, values: dict[str, Any]) -> None:
    with pytest.raises(LimitExceeded):
        STRINGS.value(text, **values)


def test_up_to_the_bound_texts_are_made() -> None:
    full = "a" * MAX_SIZE
    assert len(STRINGS.value("x.split('')", x=full)) == MAX_SIZE
    assert STRINGS.value("x.replace('a', 'b')", x=full) == "b" * MAX_SIZE
    assert STRINGS.value("[x].join('-')", x=full) == full


def test_looking_backwards_takes_linear_time() -> None:
    assert STRINGS.value("x.lastIndexOf(y)", x="a" * 200_000, y="b" + "a" * 100_000) == -1


@given(st.text("ab", max_size=9), st.text("ab", max_size=3), st.integers(0, 9))
def test_the_last_occurrence_is_where_python_finds_it(text: str, part: str, start: int) -> None:
    if start <= len(text):
        assert strings.last_index_of(text, part, start) == text.rfind(part, 0, start + len(part))
    assert strings.last_index_of(text, part) == text.rfind(part)


@given(st.text("ab,", max_size=9), st.text("a,", max_size=2), st.integers(1, 9))
def test_joined_parts_are_the_text(text: str, separator: str, limit: int) -> None:
    parts = strings.split(text, separator, limit)
    assert strings.join(parts, separator) == text
    assert len(parts) <= limit
