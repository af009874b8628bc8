"""The engine and the reference interpreter share no code, and agree on whatever the checker accepts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.program import Activation, Program
from interlock.cel.types import BOOL, DYN, INT, STRING, list_of
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.spans import typed_in
from support.expressions import FAILING, FULL, expressions
from support.reference import CelError, evaluate, exact
from support.strategies import INTEGERS, TEXTS, json_values, scalars
from support.undirected import undirected

DECLARED: Final = {
    "b": BOOL,
    "i": INT,
    "j": INT,
    "s": STRING,
    "t": STRING,
    "l": list_of(STRING),
    "x": DYN,
    "y": DYN,
    "d": list_of(DYN),
}
TRUSTING: Final = Environment(declare([]), DECLARED, DECLARED)
GUARDED: Final = Environment(declare([]), DECLARED, {})

INPUTS: Final = st.fixed_dictionaries(
    {
        "b": st.booleans(),
        "i": st.sampled_from(INTEGERS),
        "j": st.sampled_from(INTEGERS),
        "s": st.sampled_from(TEXTS),
        "t": st.sampled_from(TEXTS),
        "l": st.lists(st.sampled_from(TEXTS), max_size=3),
        "x": json_values(),
        "y": json_values(),
        "d": st.lists(scalars(), max_size=3),
    }
)
DIRECTED: Final = st.sampled_from(["bool", "bool", "int", "string"]).flatmap(
    lambda kind: expressions(FULL.joined(FAILING), kind)
)
ERROR: Final = "error"


def program_of(environment: Environment, text: str) -> Program:
    try:
        return environment.compile(typed_in(text))
    except RejectedError:
        assume(condition=False)
        raise


def found(evaluation: Callable[[], Any]) -> Any:
    """The value with the types of all of its parts, or that it is an error."""
    try:
        return exact(evaluation())
    except (EvaluationError, CelError):
        return ERROR
    except LimitExceeded:
        # The language knows no bounds.
        assume(condition=False)
        raise


def check(text: str, values: Mapping[str, Any]) -> None:
    programs = [program_of(environment, text) for environment in (TRUSTING, GUARDED)]
    expected = found(partial(evaluate, text, values))
    for program in programs:
        assert found(partial(program.evaluate, Activation(values))) == expected
        assert found(partial(program.trace, Activation(values), lambda _node, _value: None)) == expected


@given(DIRECTED, INPUTS)
def test_expressions_drawn_type_by_type_have_the_values_of_the_definition(
    text: str, values: dict[str, Any]
) -> None:
    check(text, values)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(undirected(), INPUTS)
def test_expressions_drawn_without_regard_to_types_have_the_values_of_the_definition(
    text: str, values: dict[str, Any]
) -> None:
    check(text, values)
