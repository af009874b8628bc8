"""Fields of optionals: generated code reads them itself, and leaves to the interpreter only what fails."""

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.types import DYN
from interlock.cel.values import EvaluationError
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), dict.fromkeys("xyz", DYN), {}, AVAILABLE)


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ('x.?a.b.orValue("none")', {"a": {"b": "there"}}, "there"),
        ('x.?a.b.orValue("none")', {"a": {}}, "none"),
        ('x.?a.b.orValue("none")', {}, "none"),
        ('x.?a.b.c.orValue("none")', {"a": {"b": {"c": "deep"}}}, "deep"),
        ('x.?a.b.c.orValue("none")', {"a": {"b": {}}}, "none"),
        ("x.?a.b.hasValue()", {"a": {"b": 1}}, True),
    ],
)
def test_a_field_of_an_optional_is_read_without_the_interpreter(text: str, x: object, value: object) -> None:
    program = ENVIRONMENT.compile(typed_in(text))
    assert program.evaluate(Activation(x=x)) == value
    told = ENVIRONMENT.compile(typed_in(f"{text} == y"))
    assert ENVIRONMENT.sieve([(told, True)])(Activation(x=x, y=value)) == ([], [])


@pytest.mark.parametrize("x", [{"a": 1}, {"a": [1]}, {"a": "b"}, 7])
def test_what_has_no_fields_is_an_error_all_the_same(x: object) -> None:
    program = ENVIRONMENT.compile(typed_in('x.?a.b.orValue("none")'))
    with pytest.raises(EvaluationError, match="no such overload"):
        program.evaluate(Activation(x=x))
