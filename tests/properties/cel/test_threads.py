"""Programs are shared by all threads: each gets the answers that it would get alone."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.types import DYN
from interlock.cel.values import EvaluationError
from interlock.spans import typed_in

THREADS = 4
ROUNDS = 30
ENVIRONMENT = Environment(declare([]), dict.fromkeys("xy", DYN), {})
PROGRAMS = [
    ENVIRONMENT.compile(typed_in(text))
    for text in (
        "x + y",
        "x < y || x == y",
        "x.all(e, y.exists(f, e == f))",
        "x.map(e, e + e)",
        "string(x) + string(y)",
        "size(x) + size(y)",
        "x in y || x.startsWith(y)",
        "x.matches('^a+$') ? y : x",
    )
]

values = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.text("ab", max_size=3),
    st.floats(allow_nan=False),
    st.booleans(),
    st.lists(st.one_of(st.integers(-3, 3), st.text("ab", max_size=1)), max_size=20),
)


@pytest.fixture(scope="module", autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def answers(x: Any, y: Any) -> list[Any]:
    found: list[Any] = []
    for program in PROGRAMS:
        try:
            value = program.evaluate(Activation(x=x, y=y))
        except EvaluationError as error:
            value = str(error)
        found.append((type(value), value))
    return found


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(values, values), min_size=THREADS, max_size=THREADS))
def test_threads_that_share_programs_get_the_answers_of_one(pairs: list[tuple[Any, Any]]) -> None:
    alone = [answers(*pair) for pair in pairs]
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda pair: [answers(*pair) for _ in range(ROUNDS)], pairs))
    assert together == [[expected] * ROUNDS for expected in alone]
