import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.documents.scalars import RefusedScalarError, Value, resolve
from interlock.model.intent import MAX_INT64, MIN_INT64


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("9223372036854775807", MAX_INT64),
        ("-9223372036854775808", MIN_INT64),
    ],
)
def test_only_plain_words_and_decimal_numbers_mean_something(text: str, value: Value) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


_TEXTS = """
yes no on off y n tRUE 0644 0o17 0x1F 1_000 12:30:45 2026-01-01 2026-01-01T00:00:00Z
- + . 1.2.3 --1 0b1 ٣ 1e +. Infinity nan =
"""


@pytest.mark.parametrize("text", _TEXTS.split())
def test_what_only_looks_like_something_else_is_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (".inf", "is no finite number"),
        ("-.INF", "is no finite number"),
        (".nan", "is no finite number"),
        ("1e999", "is too large for a number"),
        ("9223372036854775808", "does not fit into 64 bits"),
        ("-9223372036854775809", "does not fit into 64 bits"),
        ("1" * 5000, "does not fit into 64 bits"),
    ],
)
def test_numbers_that_would_bend_are_refused(text: str, why: str) -> None:
    with pytest.raises(RefusedScalarError, match=why):
        resolve(text)


@given(st.text() | st.from_regex(r"[-+.0-9eE_:xo]*", fullmatch=True))
def test_any_text_resolves_or_is_refused(text: str) -> None:
    try:
        value = resolve(text)
    except RefusedScalarError:
        return
    if isinstance(value, float):
        assert math.isfinite(value)
    if isinstance(value, str):
        assert value == text


@given(st.integers(MIN_INT64, MAX_INT64))
def test_every_integer_of_64_bits_is_read_exactly(number: int) -> None:
    assert resolve(str(number)) == number
