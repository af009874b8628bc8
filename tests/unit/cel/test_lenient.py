"""What has no fields, to the API server (cel-go, interpreter.refQualify) and to the specification."""

from dataclasses import replace

import pytest

from interlock.cel.activation import Activation
from interlock.cel.environment import Environment
from interlock.cel.libraries.kubernetes.versions import NEWEST
from interlock.cel.values import NONE, EvaluationError, Optional
from interlock.foreign.environments import environment
from interlock.spans import typed_in

LENIENT = environment(NEWEST, has_params=False, has_authorizer=False)
STRICT = replace(LENIENT, is_lenient=False)


def read(text: str, value: object, scope: Environment = LENIENT) -> object:
    program = scope.compile(typed_in(text))
    activation = Activation(object={"a": value})
    values = [program.evaluate(activation), program.exact(activation)]
    assert values[0] == values[1]
    return values[0]


@pytest.mark.parametrize("value", [None, 1, 1.5, "b", True])
def test_what_can_have_no_fields_has_none(value: object) -> None:
    assert read("has(object.a.b)", value) is False
    assert read("object.a.?b", value) == NONE
    assert read("object.?a.b", value) == NONE
    assert read("has(object.?a.b)", value) is False
    with pytest.raises(EvaluationError):
        read("object.a.b", value)


@pytest.mark.parametrize("value", [None, 1, "b"])
def test_in_the_specification_it_is_an_error_to_ask(value: object) -> None:
    with pytest.raises(EvaluationError, match="what is no map"):
        read("has(object.a.b)", value, STRICT)


@pytest.mark.parametrize("text", ["has(object.a.b)", "object.a.?b", "has(object.?a.b)"])
def test_a_list_has_no_names(text: str) -> None:
    with pytest.raises(EvaluationError):
        read(text, ["b"])


def test_maps_have_what_they_have() -> None:
    assert read("has(object.a.b)", {"b": None}) is True
    assert read("has(object.a.c)", {"b": None}) is False
    assert read("object.a.?b", {"b": 1}) == Optional(is_present=True, value=1)


def test_what_is_missing_above_is_an_error_all_the_same() -> None:
    with pytest.raises(EvaluationError, match="no such key: x"):
        read("has(object.a.x.b)", {})
