"""Texts that are deep, large, malformed or made to take all memory are problems of their authors."""

from itertools import product

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.types import DYN
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), {"x": DYN}, {})


def problems_of(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(RejectedError) as caught:
        ENVIRONMENT.compile(typed_in(text))
    return [(each.span.line, each.span.column, each.message) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("start", "core", "end"), [("(", "x", ")"), ("", "x", ".a"), ("1 + ", "1", ""), ("[", "1", "]")]
)
def test_what_nests_too_deep_is_refused_in_words(start: str, core: str, end: str) -> None:
    ENVIRONMENT.compile(typed_in(start * 200 + core + end * 200))
    assert problems_of(start * 251 + core + end * 251) == [
        (1, 1, "nests more than 250 deep: name parts of it as variables")
    ]


def test_problems_of_what_is_deep_are_where_they_are() -> None:
    deep = "(1 + " * 100 + "{}" + ")" * 100
    assert problems_of(deep.format("qqq")) == [(1, 501, "undeclared reference to `qqq`")]
    assert problems_of(deep.format("\n'a' ")) == [(1, 499, "`+` can't be applied to (int, string)")]


def test_what_is_too_deep_and_unreadable_is_only_said_to_be_too_deep() -> None:
    assert problems_of("(" * 40 + "x") == [(1, 1, "nests more than 32 deep: name parts of it as variables")]


def test_what_is_too_long_is_refused() -> None:
    ((line, column, message),) = problems_of("x" * 100_001)
    assert (line, column) == (1, 1)
    assert message.startswith("expression size exceeds codepoint limit")


def doubling(depth: int) -> str:
    """An expression whose type is twice as large with each level."""
    levels = "".join(f"[{{a{level}: a{level}}}].map(a{level + 1}, " for level in range(depth))
    return f"[{{1: 1}}].map(a0, {levels}a{depth}{')' * (depth + 1)}"


@pytest.mark.parametrize("depth", [14, 25])
def test_a_type_that_doubles_is_its_authors_problem(depth: int) -> None:
    assert problems_of(doubling(depth)) == [(1, 1, "takes too much to check: simplify it")]
    assert ENVIRONMENT.compile(typed_in(doubling(5))).type.name == "list"


def test_what_doubles_in_a_part_of_a_deep_text_is_its_authors_problem() -> None:
    ((line, column, message),) = problems_of(doubling(100))
    assert line == 1
    assert column > 1
    assert message == "takes too much to check: simplify it"


HOSTILE_PARTS = (
    *("(", ")", "[", "]", "{", "}", "'", '"', "\0", "'\0", "\ud800", "a\udfff", "\n", "\r\n\t", "`", "\\", "?"),
    *(
        "a.",
        "a?b:",
        "!",
        "-",
        "&&",
        "||",
        ",",
        "r'",
        "b'\\xff",
        "'\\u",
        '"""',
        "1e",
        "0x",
        "//",
        "{1:",
        "x[",
        "has(",
    ),
    *("x.map(y,", "x.all(y,", "optional.of(", "😀", "é", "\u202e", "\ufeff", "\x7f", "%", "@", "_", "$", "1"),
)


@pytest.mark.parametrize(("count", "ends"), [(1, ("", "x")), (2, ("", "x")), (31, ("", "x")), (16_000, ("x",))])
def test_malformed_texts_are_problems(count: int, ends: tuple[str, ...]) -> None:
    for part, end in product(HOSTILE_PARTS, ends):
        text = (part * count)[:16_000] + end + "="
        assert problems_of(text), text[:60]


def test_many_problems_in_a_long_line_are_told_without_the_line() -> None:
    found = problems_of("[" + ",".join(["q"] * 30_000) + "]")
    assert len(found) < 100
    assert found[1] == (1, 4, "undeclared reference to `q`")
