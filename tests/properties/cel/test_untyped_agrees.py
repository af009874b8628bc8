"""An expression that is read without the checker has the value that it has with it."""

from dataclasses import replace
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.untyped.expression import read
from support.programs import DECLARED, FAILING_EXPRESSION, GUARDED, INPUTS, found, interpreted, program_of
from support.strategies import texts

_LENIENT: Final = replace(GUARDED, is_lenient=True)


@given(FAILING_EXPRESSION, INPUTS)
def test_an_expression_has_the_value_of_the_checked_one(text: str, values: dict[str, Any]) -> None:
    checked = interpreted(program_of(_LENIENT, text), values)
    expression = read(text, AVAILABLE, DECLARED)
    assert found(lambda: expression.evaluate(Activation(values), Meter())) == checked


@given(
    st.lists(
        st.sampled_from(["(", ")", "[", "]", "{", "}", "?", ".", ",", "!", "-", "&&", "x", "1", "'", "has"])
    )
)
def test_any_text_is_an_expression_or_is_refused(parts: list[str]) -> None:
    _read("".join(parts))


@given(texts())
def test_any_letters_are_an_expression_or_are_refused(text: str) -> None:
    _read(text)


def _read(text: str) -> None:
    try:
        expression = read(text, AVAILABLE, DECLARED)
    except UnreadableError:
        return
    found(lambda: expression.evaluate(Activation({"x": 1}), Meter()))
