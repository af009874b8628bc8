"""Conversions between types."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    LIST,
    MAP,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
)
from interlock.cel.values import MAX_INT, MAX_UINT, MIN_INT, Uint
from support.evaluation import error_of, value_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int(x)", -5),
        ("int(5u)", 5),
        ("int(1.9)", 1),
        ("int(-1.9)", -1),
        ("int('-9223372036854775808')", MIN_INT),
        ("int('+7')", 7),
        ("int('007')", 7),
        ("int('-0')", 0),
        ("int(duration('-1.5s'))", -1_500_000_000),
        ("int(timestamp('1969-12-31T23:59:59.999Z'))", -1),
        ("uint(5)", Uint(5)),
        ("uint(5u)", Uint(5)),
        ("uint(1.9)", Uint(1)),
        ("uint(-0.0)", Uint(0)),
        ("uint('18446744073709551615')", Uint(MAX_UINT)),
        ("double(2)", 2.0),
        ("double(2u)", 2.0),
        ("double(2.5)", 2.5),
        ("double('1e3')", 1000.0),
        ("double('.5')", 0.5),
        ("double('-5.')", -5.0),
        ("double('-inf')", -math.inf),
        ("double('Infinity')", math.inf),
        ("bool(true)", True),
        ("string('a')", "a"),
        ("string(true)", "true"),
        ("string(false)", "false"),
        ("string(-5)", "-5"),
        ("string(5u)", "5"),
        ("string(b'\\xc3\\xa9')", "é"),
        ("string(timestamp(0))", "1970-01-01T00:00:00Z"),
        ("string(duration('1m'))", "60s"),
        ("bytes('é')", b"\xc3\xa9"),
        ("bytes(b'a')", b"a"),
        ("timestamp(timestamp(5)) == timestamp(5)", True),
        ("duration(duration('5s')) == duration('5s')", True),
        ("dyn(x)", -5),
    ],
)
def test_values_convert(text: str, expected: Any) -> None:
    value = value_of(text, x=-5)
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize("text", ["1", "t", "T", "true", "TRUE", "True"])
def test_words_for_true(text: str) -> None:
    assert value_of("bool(x)", x=text) is True


@pytest.mark.parametrize("text", ["0", "f", "F", "false", "FALSE", "False"])
def test_words_for_false(text: str) -> None:
    assert value_of("bool(x)", x=text) is False


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("int(x)", "", "the text is no int"),
        ("int(x)", "-", "the text is no int"),
        ("int(x)", " 1", "the text is no int"),
        ("int(x)", "1.0", "the text is no int"),
        ("int(x)", "0x1F", "the text is no int"),
        ("int(x)", "1_000", "the text is no int"),
        ("int(x)", "\u0661", "the text is no int"),
        ("int(x)", "9" * 30, "the text is no int"),
        ("int(x)", str(MAX_INT + 1), "integer overflow"),
        ("int(x)", float(MAX_INT), "integer overflow"),
        ("int(x)", float(MIN_INT), "integer overflow"),
        ("int(x)", math.nan, "integer overflow"),
        ("int(x)", math.inf, "integer overflow"),
        ("int(x)", True, "no such overload: int(bool)"),
        ("int(x)", None, "no such overload: int(null_type)"),
        ("uint(x)", "-1", "the text is no uint"),
        ("uint(x)", "+1", "the text is no uint"),
        ("uint(x)", "", "the text is no uint"),
        ("uint(x)", -1, "unsigned integer overflow"),
        ("uint(x)", -1.0, "unsigned integer overflow"),
        ("uint(x)", -0.5, "unsigned integer overflow"),
        ("uint(x)", 2.0**64, "integer overflow"),
        ("uint(x)", str(MAX_UINT + 1), "unsigned integer overflow"),
        ("uint(x)", False, "no such overload: uint(bool)"),
        ("uint(x)", [], "no such overload: uint(list)"),
        ("double(x)", "", "the text is no double"),
        ("double(x)", " 1", "the text is no double"),
        ("double(x)", "1_0", "the text is no double"),
        ("double(x)", "0x1p3", "the text is no double"),
        ("double(x)", True, "no such overload: double(bool)"),
        ("double(x)", {}, "no such overload: double(map)"),
        ("bool(x)", "yes", "the text is no bool"),
        ("bool(x)", "tRUE", "the text is no bool"),
        ("bool(x)", 1, "no such overload: bool(int)"),
        ("string(x)", None, "no such overload: string(null_type)"),
        ("string(x)", [], "no such overload: string(list)"),
        ("string(x)", b"\xff", "invalid UTF-8 in bytes"),
        ("bytes(x)", "\ud800", "lone surrogate in string"),
        ("bytes(x)", 1, "no such overload: bytes(int)"),
        ("timestamp(x)", True, "no such overload: timestamp(bool)"),
        ("timestamp(x)", Uint(1), "no such overload: timestamp(uint)"),
        ("timestamp(x)", 1.5, "no such overload: timestamp(double)"),
        ("timestamp(x)", 253_402_300_800, "timestamp out of range"),
        ("timestamp(x)", -62_135_596_801, "timestamp out of range"),
        ("duration(x)", 5, "no such overload: duration(int)"),
    ],
    ids=repr,
)
def test_what_does_not_convert_is_an_error_that_does_not_repeat_it(text: str, x: Any, said: str) -> None:
    assert error_of(text, x=x) == said


@pytest.mark.parametrize("function", ["int", "uint", "double", "timestamp", "duration"])
def test_text_that_is_no_unicode_is_out_of_range(function: str) -> None:
    assert error_of(f"{function}(x)", x="1\ud800") == f"an argument of {function} is out of range"


def test_numbers_that_json_allows_and_cel_does_not_are_errors() -> None:
    assert error_of("int(x)", x=2**63) == "integer overflow"
    assert error_of("double(x)", x=10**400) == "an argument of double is out of range"
    assert error_of("string(x)", x=10**5000) == "an argument of string is out of range"


def test_leading_zeros_do_not_matter_however_many() -> None:
    assert value_of("int(x)", x="-" + "0" * 5000 + "12") == -12
    assert value_of("uint(x)", x="0" * 5000) == Uint(0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (3.0, "3"),
        (-2.5, "-2.5"),
        (0.1, "0.1"),
        (123.456, "123.456"),
        (999999.0, "999999"),
        (100000.5, "100000.5"),
        (1e6, "1e+06"),
        (1234567.0, "1.234567e+06"),
        (1e15, "1e+15"),
        (1e16, "1e+16"),
        (1.5e300, "1.5e+300"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1.5e-7, "1.5e-07"),
        (5e-324, "5e-324"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_double_is_written_with_an_exponent_where_go_and_c_do(value: float, text: str) -> None:
    assert value_of("string(x)", x=value) == text


@given(st.floats(allow_nan=False))
def test_a_written_double_reads_back(value: float) -> None:
    assert value_of("double(string(x))", x=value) == value


@given(st.integers(MIN_INT, MAX_INT))
def test_a_written_integer_reads_back(value: int) -> None:
    assert value_of("int(string(x))", x=value) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type(true)", BOOL),
        ("type(1)", INT),
        ("type(1u)", UINT),
        ("type(1.0)", DOUBLE),
        ("type('')", STRING),
        ("type(b'')", BYTES),
        ("type(null)", NULL),
        ("type([])", LIST),
        ("type({})", MAP),
        ("type(timestamp(0))", TIMESTAMP),
        ("type(duration('0s'))", DURATION),
        ("type(int)", TYPE),
        ("type(type)", TYPE),
        ("int", INT),
        ("google.protobuf.Timestamp", TIMESTAMP),
    ],
)
def test_every_value_has_a_type(text: str, expected: Any) -> None:
    assert value_of(text) == expected
    assert value_of(f"type({text})") == TYPE
