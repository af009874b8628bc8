"""The limit of what an evaluation may cost is kept exactly, whichever reader evaluates."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.cost.meter import Meter
from interlock.cel.environment import Environment
from interlock.cel.explanation.trace import trace
from interlock.cel.values import LimitExceeded
from interlock.spans import typed_in
from support.programs import (
    FAILING_EXPRESSION,
    GUARDED,
    INPUTS,
    TRUSTING,
    found,
    generated,
    interpreted,
    program_of,
)

LIMITS: Final = st.integers(0, 300)
FEW: Final = 10_000
MANY: Final = {"d": list(range(3000)), "b": True, "i": 1, "s": "a" * 1000}


def limited(environment: Environment, limit: int) -> Environment:
    return replace(environment, limit=limit)


@given(FAILING_EXPRESSION, INPUTS, LIMITS)
def test_an_evaluation_ends_exactly_where_its_cost_is_above_the_limit(
    text: str, values: dict[str, Any], limit: int
) -> None:
    for environment in (TRUSTING, GUARDED):
        program = program_of(limited(environment, limit), text)
        counted = found(lambda: program.measure(Activation(values), Meter(limit=limit)))  # noqa: B023
        assert generated(program, values) == counted


@given(st.lists(st.tuples(FAILING_EXPRESSION, st.booleans()), max_size=3), INPUTS, LIMITS)
def test_a_sieve_never_says_anything_of_what_ends_at_its_limit(
    rules: list[tuple[str, bool]], values: dict[str, Any], limit: int
) -> None:
    environment = limited(TRUSTING, limit)
    compiled = [(program_of(environment, text), silent) for text, silent in rules]
    _, failed = environment.sieve(compiled)(Activation(values))
    for number, (program, _) in enumerate(compiled):
        if interpreted(program, values)[0] == "limit":
            assert number in failed


@pytest.mark.parametrize(
    "text",
    [
        "d.all(p, p >= 0)",
        "d.all(p, p >= 0) || b",
        "!(d.all(p, p >= 0)) && !b",
        "[i, 2].all(p, d.all(q, p == q || b))",
        "size([1].map(p, d.map(q, p))) > 0",
        "[1].exists(p, d.map(q, [q, p]) == [[7]])",
        "[i, 2, 3, 4, 5].all(p, !(-p in d))",
        "d.exists(p, s.matches('a{10}b'))",
    ],
)
def test_nothing_absorbs_that_an_evaluation_costs_too_much(text: str) -> None:
    for environment in (TRUSTING, GUARDED):
        program = limited(environment, FEW).compile(typed_in(text))
        assert generated(program, MANY) == interpreted(program, MANY) == ("limit", None)
        assert isinstance(trace(program, Activation(MANY)).value, LimitExceeded)


def test_a_side_that_decides_first_costs_nothing_more() -> None:
    program = limited(TRUSTING, FEW).compile(typed_in("b || d.all(p, p >= 0)"))
    assert generated(program, MANY) == interpreted(program, MANY) == ("bool", True)


def test_an_evaluation_ends_when_its_time_is_up() -> None:
    program = TRUSTING.compile(typed_in("d.map(p, p + i).size() > 0 || d.exists(p, p / 0 == 1)"))
    activation = Activation({"d": list(range(10_000)), "i": 1})
    activation.until = 0
    with pytest.raises(LimitExceeded, match="ran out of time"):
        program.exact(activation)


def test_the_limit_is_kubernetes() -> None:
    assert TRUSTING.limit == PER_CALL_LIMIT == 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "size(lists.range(20000).map(n, d + d)) > 0",
        "cel.bind(l, lists.range(400000), size(lists.range(20000).map(n, l + l)) > 0)",
        "lists.range(20000).map(n, [d, d, d, d].flatten()).size() > 0",
        "lists.range(20000).map(n, s.replace('', 'aaaaaaaaaa')).size() > 0",
        "lists.range(20000).map(n, '%s%s'.format([s, s])).size() > 0",
    ],
)
def test_what_an_evaluation_makes_is_bounded_though_it_costs_little(text: str) -> None:
    for environment in (TRUSTING, GUARDED, limited(GUARDED, 10**12)):
        program = environment.compile(typed_in(text))
        assert generated(program, MANY)[0] == interpreted(program, MANY)[0] == "limit"
