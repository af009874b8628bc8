"""What a cost is, whatever the expression and the data."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import assume, given

from interlock.cel.activation import Activation
from interlock.cel.cost.ceiling import allowance
from interlock.cel.cost.estimate import estimate
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.ranges import Range
from interlock.cel.cost.sizes import Path, Sizer
from interlock.cel.types import CelType
from interlock.cel.values import EvaluationError, LimitExceeded
from support.costs import NO_LIMIT, ceiling, cost_of, extent, size_of, turns_of
from support.expressions import LOGIC, NUMBERS, VARIABLES, Grammar, expressions
from support.programs import ERROR, FAILING_EXPRESSION, GUARDED, INPUTS, TRUSTING, found, generated, program_of


def without(grammar: Grammar, *parts: str) -> Grammar:
    """The grammar but for the productions that hold one of these."""
    kept = {
        kind: tuple(text for text in texts if not any(part in text for part in parts))
        for kind, texts in grammar.productions.items()
    }
    return Grammar(grammar.leaves, kept)


# Kubernetes estimates the parts of what isn't a variable as cheaper than they are.
BOUNDED: Final = without(LOGIC.joined(NUMBERS, VARIABLES), "}[")

# Kubernetes takes it that no loop ends before its last element and that no branch or text is free.
STEADY: Final = Grammar(
    {"int": ("i", "j", "1", "2"), "string": ("s", "t", "'ab'"), "strings": ("l", "['a', 'b']"), "bool": ("b",)},
    {
        "int": ("({int} + {int})", "({int} * {int})", "-({int})", "size({string})", "size({strings})"),
        "string": ("({string} + {string})",),
        "strings": ("[{string}, {string}]", "({strings} + {strings})", "{strings}.map({it}, {string:string})"),
        "bool": ("({int} < {int})", "({bool} && {bool})", "!({bool})", "({int} in [{int}, {int}])"),
    },
)


def sizes_of(values: Mapping[str, Any]) -> Sizer:
    def sizer(path: Path, _type: CelType) -> Range | None:
        match path:
            case (name,) if isinstance(values.get(name), str | list):
                return Range(len(values[name]), len(values[name]))
            case ("l", "@items") if values["l"]:
                lengths = [len(each) for each in values["l"]]
                return Range(min(lengths), max(lengths))
            case _:
                return None

    return sizer


@given(FAILING_EXPRESSION, INPUTS)
def test_counting_changes_no_value(text: str, values: dict[str, Any]) -> None:
    for environment in (TRUSTING, GUARDED):
        program = program_of(environment, text)
        counted = found(lambda: program.measure(Activation(values), Meter(limit=NO_LIMIT)))  # noqa: B023
        assert counted == generated(program, values)


@given(FAILING_EXPRESSION, INPUTS)
def test_a_limit_is_kept_exactly(text: str, values: dict[str, Any]) -> None:
    program = program_of(TRUSTING, text)
    cost = cost_of(program, values, folds=True)
    at_its_cost = Meter(limit=cost)
    found(lambda: program.measure(Activation(values), at_its_cost))
    assert at_its_cost.total == cost
    if cost:
        with pytest.raises(LimitExceeded):
            program.measure(Activation(values), Meter(limit=cost - 1))


@given(FAILING_EXPRESSION, INPUTS)
def test_a_cost_is_the_same_each_time_and_less_where_constants_are_folded(
    text: str, values: dict[str, Any]
) -> None:
    once, again = program_of(TRUSTING, text), program_of(GUARDED, text)
    cost = cost_of(once, values, folds=True)
    assert cost == cost_of(once, values, folds=True) == cost_of(again, values, folds=True)
    assert cost <= cost_of(once, values, folds=False)


@given(FAILING_EXPRESSION, INPUTS)
def test_no_cost_is_above_the_ceiling_of_as_much_data(text: str, values: dict[str, Any]) -> None:
    program = program_of(TRUSTING, text)
    size = sum(map(size_of, values.values()))
    assert cost_of(program, values, folds=False) <= ceiling(program.node, extent(size))


@given(FAILING_EXPRESSION, INPUTS)
def test_a_ceiling_only_rises_with_the_data(text: str, values: dict[str, Any]) -> None:
    node = program_of(TRUSTING, text).node
    size = sum(map(size_of, values.values()))
    assert ceiling(node, extent(size)) <= ceiling(node, extent(size + 1)) <= ceiling(node, extent(2 * size + 2))


@given(FAILING_EXPRESSION, INPUTS)
def test_what_costs_more_than_a_limit_takes_more_turns_of_than_are_allowed(
    text: str, values: dict[str, Any]
) -> None:
    program = program_of(TRUSTING, text)
    cost = cost_of(program, values, folds=False)
    assume(cost)
    allowed = allowance(program.node, extent(sum(map(size_of, values.values()))), cost - 1)
    assert allowed is None or turns_of(program, values) > allowed


@given(expressions(BOUNDED, "bool"), INPUTS)
def test_no_cost_of_typed_data_is_above_the_estimate(text: str, values: dict[str, Any]) -> None:
    program = program_of(TRUSTING, text)
    cost = estimate(program.node, sizes_of(values)).cost
    assert cost.min <= cost.max
    assert cost_of(program, values, folds=False) <= cost.max


@given(expressions(STEADY, "bool"), INPUTS)
def test_no_cost_is_below_the_estimate_where_nothing_ends_early(text: str, values: dict[str, Any]) -> None:
    program = program_of(TRUSTING, text)
    seen: list[Any] = []
    assume(generated(program, values)[0] != ERROR)
    program.trace(Activation(values), lambda _node, value: seen.append(value))
    # What is absorbed ends a part early too.
    assume(not any(isinstance(value, EvaluationError) for value in seen))
    assert estimate(program.node, sizes_of(values)).cost.min <= cost_of(program, values, folds=False)
