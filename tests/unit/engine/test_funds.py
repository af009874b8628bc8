"""Budgets that expressions share."""

from dataclasses import replace

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.values import LimitExceeded
from interlock.engine.funds import Funds, SharedFunds, UndecidableError, paid
from interlock.spans import typed_in

PROGRAM = Environment(declare([]), {}, {}).compile(typed_in("[1, 2].all(n, n > 0)"))


def test_what_an_expression_costs_is_taken_from_all_funds() -> None:
    policy, decision = Funds(100), Funds(1000)
    assert paid(PROGRAM, Activation(), [policy, decision]) is True
    assert 0 < 100 - policy.left == 1000 - decision.left


def test_a_value_does_not_depend_on_what_others_left() -> None:
    fund = Funds(5)
    assert paid(PROGRAM, Activation(), [fund]) is True
    assert fund.is_overdrawn


def test_what_all_share_ends_the_decision_when_it_is_spent() -> None:
    fund = SharedFunds(5)
    with pytest.raises(UndecidableError, match="costs too much"):
        paid(PROGRAM, Activation(), [fund])


def test_a_limit_of_its_own_ends_an_expression_and_is_paid() -> None:
    program = replace(PROGRAM, guard=replace(PROGRAM.guard, limit=3))
    fund = Funds(1000)
    with pytest.raises(LimitExceeded):
        paid(program, Activation(), [fund])
    assert fund.left < 1000 - 3


def test_another_evaluator_is_asked_where_there_is_one() -> None:
    other = replace(PROGRAM, alternative=lambda _: "asked")
    assert paid(other, Activation(), [Funds(0)]) == "asked"
