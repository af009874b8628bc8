"""Tests of variables that are called by two names, such as those of policies."""

import pytest

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.readable import marked
from interlock.cel.text.unparse import unparse
from interlock.cel.types import DYN
from interlock.cel.values import EvaluationError
from interlock.spans import typed_in

SCOPE = Environment(declare([]), {"object": DYN}, {})


def asked(text: str, found: object, variable: str = "object.a") -> object:
    """What `text` says where `variables.v` is `variable`."""
    program = SCOPE.compile(typed_in(variable))
    tested = SCOPE.with_variable("variables.v", program).compile(typed_in(text))
    values = [
        evaluate(Activation(object=found).extended({"variables.v": program}))
        for evaluate in (tested.evaluate, tested.exact)
    ]
    assert values[0] == values[1]
    return values[0]


@pytest.mark.parametrize("value", [None, False, 0, "", [], {}])
def test_a_variable_is_there_whatever_it_is(value: object) -> None:
    assert asked("has(variables.v)", {"a": value}) is True
    assert asked("!has( variables . v ) || true", {"a": value}) is True


def test_a_variable_that_fails_fails_its_test() -> None:
    with pytest.raises(EvaluationError, match="no such key: a"):
        asked("has(variables.v)", {})
    assert asked("has(variables.v) || true", {}) is True


def test_a_macros_variable_has_fields_of_its_own() -> None:
    assert asked("[{'v': 1}, {}].map(variables, has(variables.v))", {}) == [True, False]


def test_fields_below_a_variable_are_tested_as_ever() -> None:
    assert asked("has(variables.v.b)", {"a": {"b": None}}) is True
    assert asked("has(variables.v.b)", {"a": {}}) is False


@pytest.mark.parametrize(
    "text", ["'has(variables.v)'", "x.has(variables.v)", "has(variables.w)", "has(variables.v"]
)
def test_what_is_no_such_test_stays_as_it_is(text: str) -> None:
    assert marked(text, {"variables.v"}) == text


def test_places_are_those_of_the_text() -> None:
    with pytest.raises(RejectedError) as error:
        asked("has(variables.v) && nobody", {})
    assert (error.value.problems[0].span.column, "nobody" in error.value.problems[0].message) == (21, True)


def test_a_test_is_written_as_it_was_read_and_costs_what_it_does_in_kubernetes() -> None:
    program = SCOPE.compile(typed_in("1"))
    tested = SCOPE.with_variable("variables.v", program).compile(typed_in("has(variables.v)"))
    assert unparse(tested.node) == "has(variables.v)"
    meter = Meter()
    tested.measure(Activation(object={}).extended({"variables.v": program}), meter)
    assert meter.cost == 1
