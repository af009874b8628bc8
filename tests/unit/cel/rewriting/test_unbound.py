"""Expressions without `cel.bind` mean what they meant with it."""

from typing import Any

import pytest
from hypothesis import given

from interlock.cel.ir import Bind, Node
from interlock.cel.rewriting.inline import TooLargeError
from interlock.cel.rewriting.unbound import unbound
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import children
from support.programs import FAILING_EXPRESSION, INPUTS, TRUSTING, generated, program_of


def _unbound(text: str) -> str:
    return unparse(unbound(program_of(TRUSTING, text).node))


def _has_bindings(node: Node) -> bool:
    return isinstance(node, Bind) or any(map(_has_bindings, children(node)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cel.bind(a, i + 1, a * a)", "(i + 1) * (i + 1)"),
        ("cel.bind(a, 1 / i, true)", "true"),
        ("[1].all(e, cel.bind(a, e, [2].exists(e, e > a)))", "[1].all(e, [2].exists(e_2, e_2 > e))"),
        ("cel.bind(a, i, cel.bind(a, a + 1, a))", "i + 1"),
        ("cel.bind(a, i, [2].all(a, a > 1))", "[2].all(a, a > 1)"),
        ("cel.bind(a, i, a + cel.bind(i, 2, a + i))", "i + (i + 2)"),
        ("[3, 1].sortBy(e, -e)", "[3, 1].sortBy(e, -e)"),
    ],
)
def test_what_is_bound_stands_where_it_is_read(text: str, expected: str) -> None:
    assert _unbound(text) == expected


@given(FAILING_EXPRESSION, FAILING_EXPRESSION, INPUTS)
def test_it_has_the_value_of_the_whole(bound: str, body: str, values: dict[str, Any]) -> None:
    for text in (f"cel.bind(i, {bound}, {body})", f"[1, 2].map(s, cel.bind(j, {bound}, {body}))"):
        whole = program_of(TRUSTING, text)
        left = unbound(whole.node)
        assert generated(program_of(TRUSTING, unparse(left)), values) == generated(whole, values)
        assert not _has_bindings(left) or "sortBy" in text


def test_what_doubles_again_and_again_is_refused() -> None:
    text = "i"
    for number in range(16):
        text = f"cel.bind(a{number}, {text}, a{number} + a{number})"
    with pytest.raises(TooLargeError):
        _unbound(text)
