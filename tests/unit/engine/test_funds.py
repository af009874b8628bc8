"""Budgets that expressions share."""

from dataclasses import replace

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.values import LimitExceeded
from interlock.engine.funds import Funds, measured
from interlock.spans import typed_in

PROGRAM = Environment(declare([]), {}, {}).compile(typed_in("[1, 2].all(n, n > 0)"))


def test_what_an_expression_costs_is_taken_from_all_funds() -> None:
    policy, decision = Funds(100), Funds(1000)
    assert measured(PROGRAM, Activation(), [policy, decision]) is True
    assert 0 < 100 - policy.left == 1000 - decision.left


def test_what_is_not_left_can_not_be_spent() -> None:
    fund = Funds(5)
    with pytest.raises(LimitExceeded):
        measured(PROGRAM, Activation(), [fund])
    assert fund.left == 0


def test_another_evaluator_is_asked_where_there_is_one() -> None:
    other = replace(PROGRAM, alternative=lambda _: "asked")
    assert measured(other, Activation(), [Funds(0)]) == "asked"
