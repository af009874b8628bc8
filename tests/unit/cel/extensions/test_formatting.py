"""`format`: what each clause writes, and what it refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.extensions import optionals, strings
from interlock.cel.libraries.extensions.formatting import format_text
from interlock.cel.types import INT
from interlock.cel.values import Duration, LimitExceeded, Timestamp, Uint
from support.libraries import Expressions

STRINGS = Expressions((strings.VERSIONS[4], optionals.VERSIONS[0]))
INFINITY, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("", [], ""),
        ("a", [1], "a"),
        ("%%", [], "%"),
        ("%%%s%%", ["é"], "%é%"),
        ("%%%d%%%d", [1, Uint(2)], "%1%2"),
        ("%s-%s", ["a", "b", "c"], "a-b"),
        ("%s", [None], "null"),
        ("%s %s", [True, False], "true false"),
        ("%s", [-5], "-5"),
        ("%s", [Uint(5)], "5"),
        ("%s", [56.8], "56.8"),
        ("%s", [1.0], "1"),
        ("%s", [-0.0], "-0"),
        ("%s", [1e21], "1" + "0" * 21),
        ("%s", [1e-7], "0.0000001"),
        ("%s", [[NAN, INFINITY, -INFINITY]], "[NaN, Infinity, -Infinity]"),
        ("%s", [b"a\xc3\xa9"], "aé"),
        ("%s", [INT], "int"),
        ("%s", [Timestamp(1)], "1970-01-01T00:00:00.000000001Z"),
        ("%s", [Duration(1_500_000_000)], "1.5s"),
        ("%s", [[]], "[]"),
        ("%s", [{}], "{}"),
        ("%s", [["a", [1, {"b": None}]]], "[a, [1, {b: null}]]"),
        ("%s", [{"b": 1, "a": [2]}], "{a: [2], b: 1}"),
        ("%s", [{1: "x", "1": None}], "{1: x, 1: null}"),
        ("%d", [1.5], "1.5"),
        ("%d", [NAN], "NaN"),
        ("%f", [2.71828], "2.718280"),
        ("%.3f", [1.2345], "1.234"),
        ("%.0f %.0f", [1.5, 2.5], "2 2"),
        ("%f", [Uint(3)], "3.000000"),
        ("%.1f", [-INFINITY], "-Infinity"),
        ("%e", [2], "2.000000e+00"),
        ("%.2e", [12345.678], "1.23e+04"),
        ("%e", [NAN], "NaN"),
        ("%b %b %b", [5, Uint(5), True], "101 101 1"),
        ("%b", [-5], "-101"),
        ("%o", [-9], "-11"),
        ("%x %X", [-255, Uint(26)], "-ff 1A"),
        ("%x", ["é"], "c3a9"),
        ("%X", [b"\xab"], "AB"),
        ("%.3s", ["abcdef"], "abcdef"),
        ("%.0003f", [1.0], "1.000"),
    ],
)
def test_a_clause_writes_its_value(template: str, values: list[Any], expected: str) -> None:
    assert STRINGS.value("x.format(y)", x=template, y=values) == expected


@pytest.mark.parametrize(
    ("template", "value", "type_"),
    [
        ("%b", "abc", "string"),
        ("%b", 0.5, "double"),
        ("%d", Duration(1), "google.protobuf.Duration"),
        ("%d", True, "bool"),
        ("%d", "NaN", "string"),
        ("%e", None, "null_type"),
        ("%f", True, "bool"),
        ("%f", "NaN", "string"),
        ("%o", "a", "string"),
        ("%o", True, "bool"),
        ("%x", 0.5, "double"),
        ("%X", True, "bool"),
    ],
)
def test_a_clause_refuses_other_types_by_name(template: str, value: Any, type_: str) -> None:
    said = f"format clause {template} does not take {type_}"
    assert STRINGS.error("x.format([y])", x=template, y=value) == said


def test_an_optional_is_not_written() -> None:
    said = "format clause %s does not take optional_type"
    assert STRINGS.error("'%s'.format([optional.of(1)])") == said
    assert STRINGS.error("'%s'.format([[{'a': optional.none()}]])") == said


def test_bytes_that_are_no_text_are_not_written() -> None:
    assert STRINGS.error("'%s'.format([x])", x=b"\xff") == "invalid UTF-8 in bytes"


@pytest.mark.parametrize("template", ["%a", "%E", "%5d", "%-5d", "% s"])
def test_unknown_clauses_are_errors(template: str) -> None:
    assert STRINGS.error("x.format([1])", x=template) == "format has an unknown clause"


@pytest.mark.parametrize("template", ["%", "a%", "%s%", "%.3"])
def test_a_template_does_not_end_in_a_clause(template: str) -> None:
    assert STRINGS.error("x.format([1, 2])", x=template) == "format ends in the middle of a clause"


@pytest.mark.parametrize("template", ["%.", "%.f", "%.-1f", "%.1001f", "%.99999999f", "%.\u0663f"])
def test_a_precision_is_a_small_number(template: str) -> None:
    said = "the precision of a format clause is no number up to 1000"
    assert STRINGS.error("x.format([1.0])", x=template) == said


def test_every_clause_needs_a_value() -> None:
    assert STRINGS.error("'%d %d'.format([1])") == "format has more clauses than values"


def test_what_repeats_within_itself_is_bounded() -> None:
    value: list[Any] = ["a"]
    for _ in range(40):
        value = [value, value]
    with pytest.raises(LimitExceeded):
        STRINGS.value("'%s'.format([x])", x=value)


@given(st.text(), st.text())
def test_text_around_a_clause_stays(before: str, after: str) -> None:
    template = f"{before.replace('%', '%%')}%d{after.replace('%', '%%')}"
    assert format_text(template, [5]) == f"{before}5{after}"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_double_reads_back(value: float) -> None:
    assert float(format_text("%s", [value])) == value
