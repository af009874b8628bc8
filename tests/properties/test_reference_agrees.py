"""The engine and the reference interpreter share no code, and agree on whatever the checker accepts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from hypothesis import HealthCheck, assume, given, settings

from interlock.cel.activation import Activation
from interlock.cel.values import EvaluationError, LimitExceeded
from support.programs import ERROR, FAILING_EXPRESSION, GUARDED, INPUTS, TRUSTING, program_of
from support.reference import CelError, evaluate, exact
from support.undirected import undirected


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


@given(FAILING_EXPRESSION, INPUTS)
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
