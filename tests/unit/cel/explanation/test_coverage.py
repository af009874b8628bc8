"""Which branches of an expression an evaluation takes."""

from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.explanation.coverage import Taken, branches
from interlock.cel.text.unparse import unparse
from interlock.cel.types import DYN
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), {"x": DYN, "y": DYN}, {})


def missed(text: str, *inputs: dict[str, Any]) -> list[tuple[str, bool]]:
    program = ENVIRONMENT.compile(typed_in(text))
    taken = Taken()
    for values in inputs:
        program.trace(Activation(values), taken)
    return [
        (unparse(branch.condition), branch.value)
        for branch in branches(program.node)
        if not taken.covers(branch)
    ]


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("x == 1", []),
        ("x && y", ["x", "y"]),
        ("x || y == 1", ["x", "y == 1"]),
        ("x ? 1 : 2", ["x"]),
        ("x.all(e, e > 1)", ["x.all(e, e > 1)", "e > 1"]),
        ("x.map(e, e > 1, e)", ["e > 1"]),
        ("x.map(e, e)", []),
        ("true && x", ["x"]),
        ("x && x.exists(e, e && y)", ["x", "x.exists(e, e && y)", "e && y", "e", "y"]),
    ],
)
def test_conditions_are_what_branches_are_of(text: str, conditions: list[str]) -> None:
    found = branches(ENVIRONMENT.compile(typed_in(text)).node)
    assert [unparse(branch.condition) for branch in found] == [each for each in conditions for _ in range(2)]
    assert [branch.value for branch in found] == [True, False] * len(conditions)


def test_nothing_evaluated_leaves_every_branch() -> None:
    assert missed("x && y") == [("x", True), ("x", False), ("y", True), ("y", False)]


def test_a_side_that_is_not_evaluated_takes_no_branch() -> None:
    assert missed("x && y", {"x": False}) == [("x", True), ("y", True), ("y", False)]


def test_several_evaluations_add_up() -> None:
    assert missed("x && y", {"x": False}, {"x": True, "y": True}) == [("y", False)]


def test_a_loop_has_to_come_out_both_ways() -> None:
    assert missed("x.all(e, e > 1)", {"x": [2]}) == [("x.all(e, e > 1)", False), ("e > 1", False)]
    assert missed("x.all(e, e > 1)", {"x": [2]}, {"x": [2, 1]}) == []
