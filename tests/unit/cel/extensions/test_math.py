"""The math extension."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.extensions import math as extension
from interlock.cel.values import MAX_INT, MAX_UINT, MIN_INT, Uint
from support.libraries import Expressions

MATH = Expressions((extension.VERSIONS[2],))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("math.greatest(-5)", -5),
        ("math.greatest(1, 1.0)", 1),
        ("math.greatest(1u, 1)", Uint(1)),
        ("math.greatest(1.0, 1)", 1.0),
        ("math.greatest(5.4, 10, 3u, -5.0)", 10),
        ("math.greatest([1, 3, 2])", 3),
        ("math.greatest(1.0, double('nan'))", 1.0),
        ("math.least(1, 1u)", 1),
        ("math.least(5, -7)", -7),
        ("math.least(5.4, 10, 3u, -5.0)", -5.0),
        ("math.least([dyn(2u), 2, 1.5])", 1.5),
        ("math.ceil(-1.2)", -1.0),
        ("math.floor(-1.2)", -2.0),
        ("math.trunc(-1.2)", -1.0),
        ("math.round(-1.5)", -2.0),
        ("math.round(2.5)", 3.0),
        ("math.round(0.49999999999999994)", 0.0),
        ("math.round(4503599627370497.5)", 4503599627370498.0),
        ("math.floor(1e300)", 1e300),
        ("math.ceil(double('-inf'))", -math.inf),
        ("math.round(double('inf'))", math.inf),
        ("math.abs(-11)", 11),
        ("math.abs(1u)", Uint(1)),
        ("math.abs(-11.5)", 11.5),
        ("math.sign(100u)", Uint(1)),
        ("math.sign(-11)", -1),
        ("math.sign(0)", 0),
        ("math.sign(-32.0)", -1.0),
        ("math.isNaN(double('nan'))", True),
        ("math.isInf(double('nan'))", False),
        ("math.isFinite(1.5)", True),
        ("math.bitAnd(1, -1)", 1),
        ("math.bitOr(4, -2)", -2),
        ("math.bitXor(1u, 3u)", Uint(2)),
        ("math.bitNot(0)", -1),
        ("math.bitNot(0u)", Uint(MAX_UINT)),
        ("math.bitShiftLeft(1, 63)", MIN_INT),
        ("math.bitShiftLeft(-1, 64)", 0),
        ("math.bitShiftLeft(3u, 63)", Uint(2**63)),
        ("math.bitShiftRight(-1, 1)", MAX_INT),
        ("math.bitShiftRight(-1, 0)", -1),
        ("math.bitShiftRight(1024u, 200)", Uint(0)),
        ("math.sqrt(4)", 2.0),
        ("math.sqrt(4u)", 2.0),
        ("math.sqrt(0.25)", 0.5),
    ],
)
def test_numbers_keep_their_types(text: str, expected: Any) -> None:
    value = MATH.value(text)
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize(
    "text", ["math.round(x)", "math.trunc(x)", "math.sign(x)", "math.sqrt(x)", "math.sqrt(-1)"]
)
def test_what_is_no_number_stays_none(text: str) -> None:
    assert math.isnan(MATH.value(text, x=math.nan))


@pytest.mark.parametrize("text", ["math.ceil(-0.5)", "math.trunc(-0.5)", "math.round(-0.4)"])
def test_rounding_keeps_the_sign_of_zero(text: str) -> None:
    assert math.copysign(1, MATH.value(text)) == -1


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("math.abs(x)", MIN_INT, "integer overflow"),
        ("math.bitShiftLeft(1, x)", -1, "bits are shifted by a negative offset"),
        ("math.bitShiftRight(1u, x)", -100, "bits are shifted by a negative offset"),
        ("math.greatest(x)", [], "math.@max of an empty list"),
        ("math.least(x)", ["a"], "no such overload: math.@min(string)"),
        ("math.greatest(x)", [1, True], "no such overload: math.@max(bool)"),
        ("math.greatest(x)", "a", "no such overload: math.@max(string)"),
        ("math.greatest(x, 1)", None, "no such overload: math.@max(null_type, int)"),
        ("math.bitOr(x, 1)", 1.2, "no such overload: math.bitOr(double, int)"),
        ("math.bitAnd(x, 1)", Uint(1), "no such overload: math.bitAnd(uint, int)"),
        ("math.ceil(x)", 1, "no such overload: math.ceil(int)"),
        ("math.abs(x)", True, "no such overload: math.abs(bool)"),
    ],
)
def test_what_has_no_result_is_an_error(text: str, x: Any, said: str) -> None:
    assert MATH.error(text, x=x) == said


@pytest.mark.parametrize(
    ("text", "version"),
    [("math.greatest(1, 2)", 0), ("math.bitNot(1)", 1), ("math.ceil(1.0)", 1), ("math.sqrt(1)", 2)],
)
def test_a_function_is_there_from_its_version_on(text: str, version: int) -> None:
    for number, library in enumerate(extension.VERSIONS):
        assert Expressions((library,)).accepts(text) == (number >= version)
        names = {overload.function for overload in library.overloads}
        assert {"math.@max", "math.@min"} <= names


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_rounded_is_near(value: float) -> None:
    rounded = extension.round_half_away(value)
    assert rounded == int(rounded)
    assert abs(rounded - value) <= 0.5
