"""A residual means what the whole expression means, whatever the unknown turns out to be."""

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.rewriting.partial import Partial
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import variables
from support.programs import DECLARED, FAILING_EXPRESSION, INPUTS, TRUSTING, generated, program_of

KNOWN: Final = st.sets(st.sampled_from(sorted(DECLARED)))


def residual(text: str, known: dict[str, Any]) -> str:
    program = program_of(TRUSTING, text)
    return unparse(Partial(program.functions, program.repeated, known).reduce(program.node))


@given(FAILING_EXPRESSION, INPUTS, KNOWN)
def test_a_residual_has_the_value_of_the_whole(text: str, values: dict[str, Any], names: set[str]) -> None:
    left = residual(text, {name: values[name] for name in names})
    assert generated(program_of(TRUSTING, left), values) == generated(program_of(TRUSTING, text), values)


@given(FAILING_EXPRESSION, INPUTS)
def test_with_everything_known_a_residual_is_a_constant_or_fails(text: str, values: dict[str, Any]) -> None:
    kind, _ = generated(program_of(TRUSTING, text), values)
    left = program_of(TRUSTING, residual(text, values))
    assert not variables(left.node) or kind == "error"


@given(FAILING_EXPRESSION, INPUTS, KNOWN)
def test_what_is_known_is_read_no_more_unless_it_fails(
    text: str, values: dict[str, Any], names: set[str]
) -> None:
    whole = program_of(TRUSTING, text)
    left = program_of(TRUSTING, residual(text, {name: values[name] for name in names}))
    assert variables(left.node) <= variables(whole.node)


@given(FAILING_EXPRESSION, INPUTS, KNOWN)
def test_reducing_twice_is_reducing_once(text: str, values: dict[str, Any], names: set[str]) -> None:
    known = {name: values[name] for name in names}
    once = residual(text, known)
    assert residual(once, known) == once
