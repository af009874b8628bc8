"""Arithmetic: every overload, and every way out of its range."""

import math
from typing import Any

import pytest

from interlock.cel.values import MAX_INT, MIN_INT, Duration, LimitExceeded, Timestamp, Uint
from support.evaluation import error_of, value_of

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2", 3),
        ("1u + 2u", Uint(3)),
        ("1.5 + 2.0", 3.5),
        ("'a' + 'b'", "ab"),
        ("b'a' + b'b'", b"ab"),
        ("[1] + [dyn('a')]", [1, "a"]),
        ("duration('1s') + duration('2s')", Duration(3 * SECOND)),
        ("timestamp(0) + duration('2s')", Timestamp(2 * SECOND)),
        ("duration('2s') + timestamp(0)", Timestamp(2 * SECOND)),
        ("1 - 2", -1),
        ("2u - 1u", Uint(1)),
        ("1.5 - 2.0", -0.5),
        ("duration('1s') - duration('2s')", Duration(-SECOND)),
        ("timestamp(5) - timestamp(3)", Duration(2 * SECOND)),
        ("timestamp(5) - duration('2s')", Timestamp(3 * SECOND)),
        ("3 * -2", -6),
        ("3u * 2u", Uint(6)),
        ("1.5 * 2.0", 3.0),
        ("7 / 2", 3),
        ("7u / 2u", Uint(3)),
        ("7.0 / 2.0", 3.5),
        ("7 % 2", 1),
        ("7u % 4u", Uint(3)),
        ("-(5)", -5),
        ("-(1.5)", -1.5),
    ],
)
def test_every_operator_has_its_overloads(text: str, expected: Any) -> None:
    value = value_of(text)
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize(
    ("dividend", "divisor", "quotient", "rest"),
    [(7, 2, 3, 1), (-7, 2, -3, -1), (7, -2, -3, 1), (-7, -2, 3, -1)],
)
def test_division_truncates_toward_zero_and_the_rest_has_the_sign_of_the_dividend(
    dividend: int, divisor: int, quotient: int, rest: int
) -> None:
    assert value_of("x / y", x=dividend, y=divisor) == quotient
    assert value_of("x % y", x=dividend, y=divisor) == rest


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("x + 1", MAX_INT),
        ("x - 1", MIN_INT),
        ("x * 2", MAX_INT),
        ("x * -1", MIN_INT),
        ("x / -1", MIN_INT),
        ("x % -1", MIN_INT),
        ("-x", MIN_INT),
    ],
)
def test_integers_that_do_not_fit_are_errors(text: str, x: int) -> None:
    assert error_of(text, x=x) == "integer overflow"


@pytest.mark.parametrize("text", ["18446744073709551615u + 1u", "0u - 1u", "18446744073709551615u * 2u"])
def test_unsigned_integers_that_do_not_fit_are_errors(text: str) -> None:
    assert error_of(text) == "unsigned integer overflow"


def test_the_ends_of_the_range_are_in_it() -> None:
    assert value_of("x + 1", x=MAX_INT - 1) == MAX_INT
    assert value_of("x - 1", x=MIN_INT + 1) == MIN_INT
    assert value_of("x % -1", x=MIN_INT + 1) == 0


@pytest.mark.parametrize("zero", ["0", "0u"])
def test_whole_numbers_are_not_divided_by_zero(zero: str) -> None:
    one = zero.replace("0", "1")
    assert error_of(f"{one} / {zero}") == "divide by zero"
    assert error_of(f"{one} % {zero}") == "modulus by zero"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.0 / 0.0", math.inf), ("-1.0 / 0.0", -math.inf), ("1.0 / -0.0", -math.inf), ("-1.0 / -0.0", math.inf)],
)
def test_doubles_are_divided_by_zero(text: str, expected: float) -> None:
    assert value_of(text) == expected


@pytest.mark.parametrize("text", ["0.0 / 0.0", "double('nan') / 0.0"])
def test_nothing_divided_by_zero_is_no_number(text: str) -> None:
    assert math.isnan(value_of(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp out of range"),
        ("timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "timestamp out of range"),
        ("duration('2562047h') + duration('1h')", "duration out of range"),
        ("duration('-2562047h') - duration('1h')", "duration out of range"),
        ("timestamp('9999-01-01T00:00:00Z') - timestamp('0001-01-01T00:00:00Z')", "duration out of range"),
    ],
)
def test_times_that_do_not_fit_are_errors(text: str, said: str) -> None:
    assert error_of(text) == said


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("x + 1", True, "no such overload: _+_(bool, int)"),
        ("x + 1", 1.0, "no such overload: _+_(double, int)"),
        ("x + 'a'", 1, "no such overload: _+_(int, string)"),
        ("x - x", "a", "no such overload: _-_(string, string)"),
        ("x * x", None, "no such overload: _*_(null_type, null_type)"),
        ("x / x", [1], "no such overload: _/_(list, list)"),
        ("x % x", 1.5, "no such overload: _%_(double, double)"),
        ("-x", {}, "no such overload: -_(map)"),
        ("-x", True, "no such overload: -_(bool)"),
    ],
)
def test_what_has_no_overload_is_an_error_that_names_the_types(text: str, x: Any, said: str) -> None:
    assert error_of(text, x=x) == said


@pytest.mark.parametrize("x", ["a" * 600_000, b"a" * 600_000, [None] * 600_000], ids=["text", "bytes", "list"])
def test_nothing_is_joined_past_the_bound(x: Any) -> None:
    with pytest.raises(LimitExceeded):
        value_of("x + x", x=x)
    assert len(value_of("x + y", x=x, y=x[:400_000])) == 1_000_000
