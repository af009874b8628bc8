"""What stops an evaluation: its cost, and its time."""

from collections.abc import Mapping
from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.cost.meter import Meter
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.program import Program
from interlock.cel.types import DYN, INT, list_of
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), {"l": list_of(INT), "x": DYN}, {})


def compiled(text: str) -> Program:
    return ENVIRONMENT.compile(typed_in(text))


def cost_of(text: str, values: Mapping[str, Any]) -> int:
    meter = Meter()
    compiled(text).measure(Activation(values), meter)
    return meter.total


class Clock:
    """A second passes at each look."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> int:
        self.looks += 1
        return self.looks


def test_a_limit_is_what_may_be_spent() -> None:
    values = {"l": [1, 2, 3]}
    cost = cost_of("l.all(e, e > 0)", values)
    assert compiled("l.all(e, e > 0)").measure(Activation(values), Meter(limit=cost)) is True
    with pytest.raises(LimitExceeded, match=f"costs more than {cost - 1}"):
        compiled("l.all(e, e > 0)").measure(Activation(values), Meter(limit=cost - 1))


def test_nothing_absorbs_a_limit() -> None:
    program = compiled("true || l.all(e, e > 0)"), compiled("l.all(e, e > 0) || true")
    assert program[0].measure(Activation({"l": [1]}), Meter(limit=3)) is True
    with pytest.raises(LimitExceeded):
        program[1].measure(Activation({"l": [1]}), Meter(limit=3))


def test_the_limit_is_kubernetes_own_unless_another_is_given() -> None:
    long = {"l": list(range(600))}
    text = "l.all(a, l.all(b, a + b >= 0))"
    with pytest.raises(LimitExceeded, match=str(PER_CALL_LIMIT)):
        compiled(text).measure(Activation(long), Meter())
    meter = Meter(limit=10**8)
    assert compiled(text).measure(Activation(long), meter) is True
    assert meter.total > PER_CALL_LIMIT


def test_the_clock_is_looked_at_when_a_loop_starts_and_every_hundred_turns() -> None:
    clock = Clock()
    meter = Meter(clock=clock, until=10**9)
    compiled("l.map(e, e)").measure(Activation({"l": list(range(250))}), meter)
    assert clock.looks == 3


@pytest.mark.parametrize(("turns", "until", "ends"), [(50, 1, True), (50, 2, False), (100, 2, True)])
def test_time_that_has_run_out_ends_a_loop(turns: int, until: int, *, ends: bool) -> None:
    meter = Meter(clock=Clock(), until=until)
    program = compiled("l.map(e, e).size() > 0")
    activation = Activation({"l": list(range(turns))})
    if not ends:
        assert program.measure(activation, meter) is True
        return
    with pytest.raises(LimitExceeded, match="ran out of time"):
        program.measure(activation, meter)


def test_what_loops_nowhere_takes_no_time() -> None:
    clock = Clock()
    compiled("l.size() + 1").measure(Activation({"l": []}), Meter(clock=clock, until=0))
    assert clock.looks == 0


def test_a_variable_is_charged_to_the_expression_that_reads_it_first() -> None:
    environment, programs = ENVIRONMENT, {}
    for name, text in (("variables.a", "l.size() + 1"), ("variables.b", "variables.a + 1")):
        programs[name] = environment.compile(typed_in(text))
        environment = environment.with_variable(name, programs[name])
    activation = Activation({"l": [1]}).extended(programs)
    first, second = Meter(), Meter()
    program = environment.compile(typed_in("variables.b > 0"))
    assert program.measure(activation, first) is True
    assert (first.cost, first.composed) == (3, 3 + 3)
    assert program.measure(activation, second) is True
    assert (second.cost, second.composed) == (3, 0)


def test_a_variable_has_a_limit_of_its_own() -> None:
    program = compiled("l.all(e, e > 0)")
    environment = ENVIRONMENT.with_variable("variables.a", program)
    activation = Activation({"l": [1] * 10}).extended({"variables.a": program})
    meter = Meter(limit=60)
    assert environment.compile(typed_in("variables.a && variables.a")).measure(activation, meter) is True
    assert meter.total > 50
    with pytest.raises(LimitExceeded):
        environment.compile(typed_in("variables.a")).measure(
            Activation({"l": [1] * 10}).extended({"variables.a": program}), Meter(limit=50)
        )


def test_an_error_is_charged_up_to_where_it_is_raised() -> None:
    meter = Meter()
    with pytest.raises(EvaluationError):
        compiled("x.a.b.c == 1").measure(Activation({"x": {"a": {}}}), meter)
    assert meter.total == 4


def test_a_meter_is_of_one_evaluation_and_leaves_no_trace() -> None:
    activation = Activation({"l": []})
    compiled("l == []").measure(activation, Meter())
    assert activation.meter is None
