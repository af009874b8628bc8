"""What an expression reads ahead, because it is sure to be read and is read twice."""

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.generation.paths import repeated
from interlock.cel.types import DYN
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), dict.fromkeys("xyz", DYN), {})


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("x == y", []),
        ("x == x", ["x"]),
        ("x.a == x.b", ["x"]),
        ("x.a.b == 1 || x.a.c == 2", ["x.a"]),
        ("has(x.a.b) && x.a.b == 1", ["x.a"]),
        ("x.a.b == 1 && x.a.b == x.c", ["x", "x.a.b"]),
        ("y || (x.a == 1 && x.a == 2)", []),
        ("y ? x.a == x.a : x.b == x.b", []),
        ("x.all(e, e.a == y.a && y.a == 1)", []),
        ("y.a && x.all(e, e == y.a)", ["y.a"]),
        ("x.all(x, x.a == x.b)", []),
        ("[x.a, x.a].size() == 2", ["x.a"]),
    ],
)
def test_only_what_is_sure_to_be_read_is_read_ahead(text: str, paths: list[str]) -> None:
    assert [".".join(path) for path in repeated([ENVIRONMENT.compile(typed_in(text)).node])] == paths


def test_what_can_not_be_read_ahead_fails_only_the_rules_that_read_it() -> None:
    programs = [
        ENVIRONMENT.compile(typed_in(text)) for text in ("x.a.b == 1", "x.a.b == 1 && y", "y", "z.a == z.b")
    ]
    sieve = ENVIRONMENT.sieve([(program, True) for program in programs])
    assert sieve(Activation(x={}, y=True, z={"a": 1, "b": 2})) == ([3], [0, 1])
