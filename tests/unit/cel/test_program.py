"""Programs, their activations and their environments."""

import threading
from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare, message_type
from interlock.cel.environment import Environment, Evaluator
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.program import Program
from interlock.cel.types import BOOL, DYN, INT, STRING, list_of, map_of
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.model.intent import Intent
from interlock.spans import typed_in


def programs_of(environment: Environment, **texts: str) -> dict[str, Program]:
    """Programs of variables, each of which can read those before it."""
    made: dict[str, Program] = {}
    for name, text in texts.items():
        made[name] = environment.compile(typed_in(text))
        environment = environment.with_variable(name, made[name])
    return made


DYNAMIC = Environment(declare([]), {"x": DYN}, {})


def test_a_variable_is_evaluated_when_it_is_first_read_and_then_kept() -> None:
    made = programs_of(DYNAMIC, a="x.n + 1", b="a * 2")
    activation = Activation({"x": {"n": 1}}).extended(made)
    assert "a" not in activation
    assert made["b"].evaluate(activation) == 4
    activation["x"] = {"n": 100}
    assert activation["a"] == 2
    assert activation["b"] == 4


def test_extending_an_activation_leaves_it_as_it_was() -> None:
    activation = Activation({"x": 1})
    extended = activation.extended(programs_of(DYNAMIC, a="x + 1"))
    assert extended["a"] == 2
    assert activation == {"x": 1}


def test_a_variable_that_nobody_bound_is_an_error() -> None:
    program = DYNAMIC.compile(typed_in("x == 1 || true"))
    assert program.evaluate(Activation({})) is True
    with pytest.raises(EvaluationError, match="no such variable: x"):
        DYNAMIC.compile(typed_in("x == 1")).evaluate(Activation({}))


def test_a_variable_that_failed_fails_again_in_the_same_way() -> None:
    made = programs_of(DYNAMIC, a="x.missing", b="[1].all(y, x.many.all(z, z > 0))")
    activation = Activation({"x": {"many": [1] * 400_000}}).extended(made)
    for _ in range(2):
        with pytest.raises(EvaluationError, match="no such key: missing"):
            activation["a"]
        with pytest.raises(LimitExceeded):
            activation["b"]
    activation["x"] = {"missing": 1}
    with pytest.raises(EvaluationError, match="no such key: missing"):
        activation["a"]


def test_a_variable_is_trusted_as_far_as_its_program_is() -> None:
    environment = Environment(declare([]), {"s": STRING, "x": DYN}, {"s": STRING})
    assert environment.compile(typed_in("s + 'a'")).trusted == STRING
    assert environment.compile(typed_in("[s]")).trusted == list_of(STRING)
    assert environment.compile(typed_in("{'a': s}")).trusted == map_of(STRING, STRING)
    assert environment.compile(typed_in("s == 'a'")).trusted == BOOL
    assert environment.compile(typed_in("size(x)")).trusted == INT
    assert environment.compile(typed_in("x ? x : x")).trusted == DYN
    assert Environment(declare([]), {"s": STRING}, {}).compile(typed_in("s")).trusted == DYN


def test_a_value_is_never_taken_for_what_the_checker_only_inferred() -> None:
    environment = Environment(declare([]), {"n": INT, "s": STRING, "l": list_of(INT)}, {})
    for text, values in (
        ("n + 1 == 2", {"n": True}),
        ("n < 2", {"n": "1"}),
        ("s + 'a' == 'ba'", {"s": ["b"]}),
        ("size(s) == 1", {"s": 5}),
        ("l.all(e, e > 0)", {"l": {"a": 1}}),
    ):
        with pytest.raises(EvaluationError):
            environment.compile(typed_in(text)).evaluate(Activation(values))


def test_has_of_a_repeated_field_asks_for_elements_however_its_message_was_reached() -> None:
    named = {"intent": message_type(Intent)}
    for trusted in (named, {}):
        environment = Environment(declare([Intent]), named, trusted)
        for text in (
            "has(intent.accelerators[0].alternatives)",
            "intent.accelerators.exists(a, has(a.alternatives))",
            "has(intent.principal.groups)",
            "has(intent.principal.claims)",
            "has(intent.tools)",
        ):
            program = environment.compile(typed_in(text))
            empty = {
                "accelerators": [{"alternatives": []}],
                "principal": {"groups": [], "claims": {}},
                "tools": [],
            }
            filled = {
                "accelerators": [{"alternatives": ["a"]}],
                "principal": {"groups": ["a"], "claims": {"a": 1}},
                "tools": [{}],
            }
            assert program.evaluate(Activation({"intent": empty})) is False
            assert program.evaluate(Activation({"intent": filled})) is True


def test_a_program_serves_many_threads() -> None:
    program = DYNAMIC.compile(typed_in("x.filter(y, y % 2 == 0).map(y, y * y)"))
    found: dict[int, Any] = {}

    def run(number: int) -> None:
        found[number] = [program.evaluate(Activation({"x": list(range(number))})) for _ in range(50)]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, values in found.items():
        assert values == [[each * each for each in range(number) if each % 2 == 0]] * 50
    assert len(found) == 8


def test_an_empty_sieve_finds_nothing() -> None:
    assert DYNAMIC.sieve([])(Activation({"x": 1})) == ([], [])


def test_a_sieve_tells_the_sure_from_those_to_ask_again() -> None:
    rules = [
        (DYNAMIC.compile(typed_in(text)), silent)
        for text, silent in (("x == 1", True), ("x == 1", False), ("x.a", True), ("x < 5", False))
    ]
    assert DYNAMIC.sieve(rules)(Activation({"x": 1})) == ([1, 3], [2])
    assert DYNAMIC.sieve(rules)(Activation({"x": 2})) == ([0, 3], [2])


def test_cel_python_evaluates_on_request() -> None:
    environment = Environment(declare([]), {"x": INT}, {}, evaluator=Evaluator.CEL_PYTHON)
    program = environment.compile(typed_in("x + 1 == 2"))
    assert program.evaluate(Activation({"x": 1})) is True
    assert environment.sieve([(program, True), (program, False)])(Activation({"x": 1})) == ([], [0, 1])
    with pytest.raises(EvaluationError, match="cel-python"):
        environment.compile(typed_in("1 / x == 1")).evaluate(Activation({"x": 0}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" + ".join(["n"] * 250), 250),
        ("".join(f"n == {number} ? {number} : " for number in range(200)) + "0", 1),
        ("n + (" * 200 + "n" + ")" * 200, 201),
        ("!" * 200 + "(n == 1)", True),
    ],
)
def test_what_nests_too_deep_for_python_is_interpreted(text: str, value: Any) -> None:
    environment = Environment(declare([]), {"n": INT}, {"n": INT})
    program = environment.compile(typed_in(text))
    assert program.evaluate(Activation(n=1)) == value
    assert environment.sieve([(program, True)])(Activation(n=1)) in (([], [0]), ([], []))


@pytest.mark.parametrize(
    "shape",
    [
        ("", "n + ", "n", "", ""),
        ("", "n + (", "n", ")", ""),
        ("", "n == 1 ? 2 : ", "0", "", ""),
        ("", "(", "x", " ? true : false)", ""),
        ("", "!(", "x", ")", ""),
        ("", "(", "n", " < n)", ""),
        ("", "(x && (", "x", " || x))", ""),
        ("", "[", "n", "]", ""),
        ("", "{n: ", "n", "}", ""),
        ("", "l[", "n", "]", ""),
        ("x", "", "", ".?a", ""),
        ("", "optional.of(", "n", ").orValue(1)", ""),
        ("", "l.all(e, ", "x", ")", ""),
        ("", "l.map(e, x, ", "x", ")", ""),
        ("", "l.transformMap(i, v, x, ", "v", ")", ""),
        ("", "l.transformMapEntry(i, v, x, {v: ", "v", "})", ""),
        ("", "cel.bind(a, n, ", "a", ")", ""),
    ],
)
def test_whatever_has_a_plan_is_taken_by_pythons_compiler(shape: tuple[str, str, str, str, str]) -> None:
    head, before, middle, after, tail = shape
    environment = Environment(declare([]), dict.fromkeys("nxl", DYN), {}, AVAILABLE)
    for times in (10, 24, 48, 60):
        program = environment.compile(typed_in(head + before * times + middle + after * times + tail))
        assert program.evaluate is not None
        assert environment.sieve([(program, True)])(Activation()) == ([], [0])


def test_an_expression_that_nests_deep_once_its_loops_are_unrolled_is_evaluated_as_it_is() -> None:
    text = f"{list(range(60))}.all(i, i == x ? true : i < x || i > 0)"
    program = Environment(declare([]), {"x": DYN}, {}).compile(typed_in(text))
    assert program.evaluate(Activation({"x": 1})) is True
