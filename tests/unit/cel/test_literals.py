"""What is wrong with the constants of an expression."""

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.literals import problems
from interlock.cel.types import DYN, STRING
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), {"x": DYN, "s": STRING}, {}, AVAILABLE)


def said(text: str) -> list[tuple[int, str]]:
    source = typed_in(text)
    program = ENVIRONMENT.compile(source)
    return [
        (problem.span.column, problem.message) for problem in problems(source, program.node, program.functions)
    ]


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("x == duration('abc')", 15, "`abc` is not for `duration`: "),
        ("timestamp('2020-13-01T00:00:00Z') < now", 11, "`2020-13-01T00:00:00Z` is not for `timestamp`: "),
        ("s.matches('(')", 11, "invalid regular expression: missing ): ("),
        ("s.find('[')", 8, "invalid regular expression"),
        ("quantity('10Mo').isInteger()", 10, "`10Mo` is not for `quantity`: "),
        ("ip('1.2.3') == ip(s)", 4, "`1.2.3` is not for `ip`: "),
        (
            "x in [1, 'a']",
            10,
            "elements of a list must have one type: string after int; use `dyn()` where both are meant",
        ),
        ("{'a': 1, 2: 2}", 10, "keys of a map must have one type: int after string"),
        ("{'a': 1, 'b': 'c'}", 15, "values of a map must have one type: string after int"),
        ("[[1], ['a']]", 7, "elements of a list must have one type: list(string) after list(int)"),
        ("'%s'.format(['a', 'b'])", 1, "format needs as many values as clauses: clauses 1, values 2"),
        ("'100%% %s %d'.format([x])", 1, "format needs as many values as clauses: clauses 2, values 1"),
        ("'%z'.format([1])", 1, "format has an unknown clause"),
        ("'50%'.format([])", 1, "format ends in the middle of a clause"),
        ("'%s'.format([[1, 'a']])", 18, "elements of a list must have one type"),
    ],
)
def test_a_wrong_constant_is_said_to_be_one_where_it_stands(text: str, column: int, message: str) -> None:
    text = text.replace("now", "timestamp(x)")
    ((found, told),) = said(text)
    assert (found, told[: len(message)]) == (column, message)


@pytest.mark.parametrize(
    "text",
    [
        "duration('1h') == x",
        "duration(s) == x",
        "s.matches('^a$')",
        "s.matches(s)",
        "[1, 2]",
        "[]",
        "[1, dyn('a')]",
        "[x, 1, x.a]",
        "'%d %s'.format([1, 'a'])",
        "'100%% %.3f'.format([x])",
        "'%s'.format(x)",
        "s.format([1])",
        "{}",
        "{'a': 1, 'b': x}",
    ],
)
def test_a_right_constant_is_passed_over(text: str) -> None:
    assert said(text) == []


def test_all_wrong_constants_are_said() -> None:
    assert len(said("s.matches('(') || duration('x') == duration('y') || x in [1, 'a']")) == 4
