"""The engine and the reference interpreter share no code, and agree on whatever the checker accepts."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from hypothesis import HealthCheck, assume, given, settings

from interlock.cel.activation import Activation
from support.grammars import FAILING_CORE, drawn
from support.outcomes import LIMIT, outcome
from support.programs import GUARDED, INPUTS, TRUSTING, program_of
from support.reference import evaluate
from support.undirected import undirected


def check(text: str, values: Mapping[str, Any]) -> None:
    programs = [program_of(environment, text) for environment in (TRUSTING, GUARDED)]
    expected = outcome(partial(evaluate, text, values))
    for program in programs:
        found = outcome(partial(program.evaluate, Activation(values)))
        # The language knows no bounds.
        assume(found != LIMIT)
        assert found == expected
        assert outcome(partial(program.exact, Activation(values))) == expected


@given(drawn(FAILING_CORE), INPUTS)
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
