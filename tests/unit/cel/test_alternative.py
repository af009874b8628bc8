"""cel-python as the evaluator."""

from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment, Evaluator
from interlock.cel.frontend import RejectedError
from interlock.cel.types import BOOL, DURATION, DYN, INT, TIMESTAMP, UINT
from interlock.cel.values import Duration, EvaluationError, Timestamp, Uint
from interlock.spans import typed_in

DECLARED = {"x": DYN, "n": INT, "u": UINT, "t": TIMESTAMP, "d": DURATION, "b": BOOL}
ENVIRONMENT = Environment(declare([]), DECLARED, {}, evaluator=Evaluator.CEL_PYTHON)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("n + 1", {"n": 1}, 2),
        ("u + 1u", {"u": Uint(1)}, Uint(2)),
        ("x + 0.5", {"x": 1.0}, 1.5),
        ("x + 'b'", {"x": "a"}, "ab"),
        ("!b", {"b": True}, False),
        ("[n, n]", {"n": 1}, [1, 1]),
        ("{'a': n}", {"n": 1}, {"a": 1}),
        ("x.a.b[0]", {"x": {"a": {"b": [None]}}}, None),
        ("t.getFullYear()", {"t": Timestamp(0)}, 1970),
        ("d.getSeconds()", {"d": Duration(2_000_000_000)}, 2),
    ],
)
def test_values_go_there_and_come_back(text: str, values: dict[str, Any], expected: Any) -> None:
    value = ENVIRONMENT.compile(typed_in(text)).evaluate(Activation(values))
    assert (type(value), value) == (type(expected), expected)


def test_a_policys_own_variables_are_read_there_too() -> None:
    environment = ENVIRONMENT
    programs = {"variables.double": environment.compile(typed_in("n * 2"))}
    environment = environment.with_variable("variables.double", programs["variables.double"])
    program = environment.compile(typed_in("variables.double + n"))
    assert program.evaluate(Activation({"n": 2}).extended(programs)) == 6


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("n / 0", {"n": 1}),
        ("x.a", {"x": {}}),
        ("n + 1", {"n": 2**63 - 1}),
        ("n + 1", {}),
        ("x + 1", {"x": object()}),
    ],
)
def test_whatever_goes_wrong_there_is_a_cel_error_here(text: str, values: dict[str, Any]) -> None:
    with pytest.raises(EvaluationError):
        ENVIRONMENT.compile(typed_in(text)).evaluate(Activation(values))


def test_what_cel_python_cannot_parse_is_the_authors_problem_at_its_place() -> None:
    with pytest.raises(RejectedError) as caught:
        ENVIRONMENT.compile(typed_in("n in [1,]", "policy.yaml"))
    (problem,) = caught.value.problems
    assert str(problem) == "policy.yaml:1:1: cel-python can't parse this expression"
