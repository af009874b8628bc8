"""Quantities: what is one, how they compare and add up, and which are integers to the API server."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.kubernetes.amounts import parse
from interlock.cel.libraries.kubernetes.quantity import QUANTITY
from interlock.cel.values import EvaluationError, LimitExceeded
from support.libraries import Expressions

LIBRARY = Expressions((QUANTITY,))

NUMBERS = ["0", "1", "-1", "+1", "00", "1.5", "1.", ".5", "-.5", "0.001", "123456789012345678"]
SUFFIXES = ["", *"numkMGTPE", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E3", "e+3", "e-3", "E0"]
quantities = st.builds(
    lambda number, suffix: f"{number}{suffix}", st.sampled_from(NUMBERS), st.sampled_from(SUFFIXES)
)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_number_and_a_suffix_are_a_quantity(number: str, suffix: str) -> None:
    assert LIBRARY.value("isQuantity(x)", x=f"{number}{suffix}") is True


@pytest.mark.parametrize(
    "text",
    [
        *("", "+", ".", "Mi", "k", "e3", "Three", "x", "1 ", " 1", "1\n", "1,3G", "1.1.1", "--1", "1-"),
        *("200K", "10Mo", "10Mm", "1i", ".5i", "1mi", "1ki", "1e", "1e+", "1ee3", "1e1.5", "1+5", "1Mi3"),
        *("1e2147483648", "1e99999999999", "0x10", "NaN", "Infinity", "\u0661", "1" * 1001),
    ],
)
def test_nothing_else_is_a_quantity(text: str) -> None:
    assert LIBRARY.value("isQuantity(x)", x=text) is False
    LIBRARY.error("quantity(x)", x=text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1n", "0.000000001"),
        ("1u", "0.000001"),
        ("1m", "0.001"),
        ("1k", "1000"),
        ("1E", "1000000000000000000"),
        ("1E3", "1000"),
        ("1e-3", "0.001"),
        ("-1.5Ki", "-1536"),
        ("0.5Mi", "524288"),
        ("1Ei", "1152921504606846976"),
        # Smaller than a billionth: rounded away from zero.
        ("0.1n", "0.000000001"),
        ("-0.1n", "-0.000000001"),
        ("1.0000000001", "1.000000001"),
        ("0.0000000000", "0"),
        # Only binary suffixes have a greatest amount.
        ("8Ei", "9223372036854775807"),
        ("-8Ei", "-9223372036854775807"),
        ("100E", "100000000000000000000"),
    ],
)
def test_suffixes_are_powers(text: str, amount: str) -> None:
    assert parse(text).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1", "1000m", 0),
        ("1Ki", "1k", 1),
        ("1.5Gi", "1536Mi", 0),
        ("-1", "1m", -1),
        ("0", "-0", 0),
        ("1e3", "1k", 0),
    ],
)
def test_amounts_are_compared_not_texts(left: str, right: str, expected: int) -> None:
    values = {"x": left, "y": right}
    assert LIBRARY.value("quantity(x).compareTo(quantity(y))", **values) == expected
    assert LIBRARY.value("quantity(x) == quantity(y)", **values) is (expected == 0)
    assert LIBRARY.value("quantity(x).isLessThan(quantity(y))", **values) is (expected < 0)
    assert LIBRARY.value("quantity(x).isGreaterThan(quantity(y))", **values) is (expected > 0)


def test_far_exponents_are_compared_at_once() -> None:
    assert LIBRARY.value("quantity('1e2000000000').compareTo(quantity('1e-2000000000'))") == 1
    assert LIBRARY.value("quantity('1e2000000000') == quantity('1e1999999999')") is False


@pytest.mark.parametrize(
    "text", ["quantity('1e2000000000').add(1)", "quantity('1.12345678901234567890e2000000000')"]
)
def test_too_many_digits_are_past_the_bounds(text: str) -> None:
    with pytest.raises(LimitExceeded):
        LIBRARY.value(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50k", 50_000),
        ("-50k", -50_000),
        ("0", 0),
        ("0e400", 0),
        ("1e18", 10**18),
        ("1.5k", 1500),
        ("123456789012345678", 123456789012345678),
        ("99Ti", 99 * 2**40),
        # The API server keeps these as decimals or with places after the point.
        ("100Ti", None),
        ("1Pi", None),
        ("1.5Gi", None),
        ("1000m", None),
        ("1.0", None),
        ("1e19", None),
        ("10E", None),
        ("1234567890123456789", None),
        ("1.0000000001", None),
    ],
)
def test_what_the_api_server_keeps_as_a_whole_number_is_an_integer(text: str, expected: int | None) -> None:
    assert LIBRARY.value("quantity(x).isInteger()", x=text) is (expected is not None)
    if expected is None:
        assert LIBRARY.error("quantity(x).asInteger()", x=text) == "cannot convert value to integer"
    else:
        assert LIBRARY.value("quantity(x).asInteger()", x=text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quantity('1k').add(quantity('1')).asInteger()", 1001),
        ("quantity('1k').add(1).asInteger()", 1001),
        ("quantity('1k').sub(quantity('1')).asInteger()", 999),
        ("quantity('1k').sub(-1).asInteger()", 1001),
        ("quantity('1').sub(1) == quantity('0')", True),
        ("quantity('1.5Gi').add(quantity('0.5Gi')) == quantity('2Gi')", True),
        ("quantity('1.5Gi').add(1).isInteger()", False),
        ("quantity('0').add(quantity('1m')).isInteger()", False),
        ("quantity('1m').add(0) == quantity('1m')", True),
        ("quantity('1E').add(quantity('1n')) == quantity('1E')", False),
        ("quantity('9e18').add(quantity('9e18')).isInteger()", False),
        ("sign(quantity('-1n'))", -1),
        ("sign(quantity('0'))", 0),
        ("sign(quantity('1Ki'))", 1),
    ],
)
def test_quantities_add_up(text: str, expected: object) -> None:
    assert LIBRARY.value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50.703k", 50703.0),
        ("1m", 0.001),
        ("-1.5Gi", -1610612736.0),
        ("1e400", math.inf),
        ("-1e400", -math.inf),
    ],
)
def test_doubles_are_near(text: str, expected: float) -> None:
    assert LIBRARY.value("quantity(x).asApproximateFloat()", x=text) == expected


def test_an_amount_too_small_for_a_double_is_zero() -> None:
    assert LIBRARY.value("quantity('1e-9').sub(quantity('1e-9')).asApproximateFloat()") == 0.0
    assert LIBRARY.value("quantity('0e-400').asApproximateFloat()") == 0.0
    assert parse("1" * 400).approximate() == math.inf


@pytest.mark.parametrize("text", ["isQuantity(1)", "quantity('1').sign()", "quantity('1') < quantity('2')"])
def test_what_kubernetes_does_not_declare_is_refused(text: str) -> None:
    assert not LIBRARY.accepts(text)


@given(st.text(alphabet="0123456789.eE+-numkMGTPi", max_size=12))
def test_reading_any_text_gives_a_quantity_or_an_error(text: str) -> None:
    try:
        quantity = parse(text)
    except (EvaluationError, LimitExceeded):
        return
    assert quantity == parse(text)
    quantity.approximate()


@given(quantities, quantities)
def test_adding_and_subtracting_cancel(left: str, right: str) -> None:
    first, second = parse(left), parse(right)
    assert first.plus(second) == second.plus(first)
    assert first.plus(second).minus(second) == first
    assert hash(first.plus(second).minus(second)) == hash(first)


@given(quantities, quantities)
def test_what_is_an_integer_has_that_amount(left: str, right: str) -> None:
    total = parse(left).plus(parse(right))
    assert total.integer() in (None, total.amount)
