"""One language, many readers: generated code, interpreter, trace, cost, sieve and what is folded agree."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.explanation.trace import Step, trace
from interlock.cel.ir import And, Node, Or
from interlock.cel.program import Program
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import children
from interlock.cel.values import EvaluationError, LimitExceeded, Timestamp
from interlock.model.intent import Intent
from interlock.spans import typed_in
from support.costs import NO_LIMIT
from support.expressions import expressions
from support.grammars import FAILING_EVERYTHING, drawn
from support.outcomes import outcome
from support.programs import (
    ERROR,
    GUARDED,
    HOSTILE,
    INPUTS,
    POLICY,
    POLICY_EXPRESSION,
    TRUSTING,
    found,
    generated,
    interpreted,
    program_of,
)
from support.strategies import NOW, intents, json_values
from support.undirected import EXTENSIONS, LIBRARIES, PRODUCTIONS, undirected

ANYTHING: Final = drawn(FAILING_EVERYTHING)
CONDITION: Final = expressions(FAILING_EVERYTHING, "bool")
EVERY_CALL: Final = undirected(productions=(*PRODUCTIONS, *EXTENSIONS, *LIBRARIES))

READERS: Final[dict[str, Callable[[Program, Activation], Any]]] = {
    "interpreted": lambda program, activation: program.exact(activation),
    "generated": lambda program, activation: program.evaluate(activation),
    "traced": lambda program, activation: program.trace(activation, lambda _node, _value: None),
    "counted": lambda program, activation: program.measure(activation, Meter(limit=NO_LIMIT)),
    "folded": lambda program, activation: folded(program).exact(activation),
}


def folded(program: Program) -> Program:
    """The program of the expression with its constant parts evaluated."""
    return program if program.plan is None else replace(program, node=program.plan.node)


def readings(text: str, values: dict[str, Any]) -> dict[str, Any]:
    """What every reader makes of `text`, where types are trusted and where they aren't."""
    return {
        f"{environment}, {reader}": outcome(partial(read, program, Activation(values)))
        for environment, program in (
            ("trusting", program_of(TRUSTING, text)),
            ("guarded", program_of(GUARDED, text)),
        )
        for reader, read in READERS.items()
    }


def agree(found_by: dict[str, Any]) -> bool:
    first, *others = found_by.values()
    return all(other == first for other in others)


@given(ANYTHING, INPUTS)
def test_all_readers_find_one_value(text: str, values: dict[str, Any]) -> None:
    found_by = readings(text, values)
    assert agree(found_by), found_by


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(EVERY_CALL, INPUTS)
def test_all_readers_find_one_value_or_error_whatever_is_called_with_whatever(
    text: str, values: dict[str, Any]
) -> None:
    found_by = readings(text, values)
    assert agree(found_by), found_by


@given(POLICY_EXPRESSION, intents())
def test_generated_code_and_interpreter_agree_on_intents(text: str, intent: Intent) -> None:
    program = program_of(POLICY, text)
    values = {"intent": intent, "now": Timestamp(NOW * 1_000_000)}
    assert generated(program, values) == interpreted(program, values)


@given(ANYTHING, HOSTILE)
def test_whatever_is_bound_nothing_but_a_value_or_a_cel_error_comes_out(
    text: str, values: dict[str, Any]
) -> None:
    program = program_of(GUARDED, text)
    assert generated(program, values) == interpreted(program, values)


@given(POLICY_EXPRESSION, json_values())
def test_what_is_no_intent_at_all_gives_a_value_or_a_cel_error(text: str, intent: Any) -> None:
    guarded = Environment(declare([Intent]), POLICY.variables, {})
    program = program_of(guarded, text)
    values = {"intent": intent, "now": Timestamp(0)}
    assert generated(program, values) == interpreted(program, values)


@given(ANYTHING, INPUTS)
def test_an_expression_has_one_value(text: str, values: dict[str, Any]) -> None:
    once, again = program_of(TRUSTING, text), program_of(TRUSTING, text)
    shared = Activation(values)
    first = outcome(lambda: once.evaluate(shared))
    assert (
        first == outcome(lambda: once.evaluate(shared)) == outcome(lambda: again.evaluate(Activation(values)))
    )


@given(CONDITION, INPUTS)
def test_a_side_that_decides_absorbs_whatever_the_other_does(text: str, values: dict[str, Any]) -> None:
    for form, expected in (
        ("({0}) || true", True),
        ("true || ({0})", True),
        ("({0}) && false", False),
        ("false && ({0})", False),
        ("[1, 2].exists(n, n == 2 || ({0}))", True),
        ("[1, 2].all(n, n == 1 && ({0}))", False),
    ):
        program = program_of(TRUSTING, form.format(text))
        kind, value = generated(program, values)
        assert value is expected
        assert (kind, value) == interpreted(program, values)


@given(CONDITION, INPUTS)
def test_a_side_that_does_not_decide_leaves_the_other(text: str, values: dict[str, Any]) -> None:
    alone = generated(program_of(TRUSTING, text), values)
    for form in ("({0}) || false", "false || ({0})", "({0}) && true", "true && ({0})", "true ? ({0}) : false"):
        assert generated(program_of(TRUSTING, form.format(text)), values) == alone


@given(ANYTHING | POLICY_EXPRESSION)
def test_what_is_written_parses_back_to_the_same_tree(text: str) -> None:
    environment = POLICY if "intent" in text else TRUSTING
    node = program_of(environment, text).node
    written = unparse(node)
    back = environment.compile(typed_in(written)).node
    assert shape(back) == shape(node)
    assert unparse(back) == written


def shape(node: Node) -> Any:
    """A tree without ids and offsets, with chains of one logical operator flat: the parser regroups them."""
    if isinstance(node, And | Or):
        sides = [shape(side) for side in (node.left, node.right)]
        name = type(node).__name__
        return (name, *(part for side in sides for part in (side[1:] if side[0] == name else (side,))))
    own = tuple(
        getattr(node, name)
        for name in node.__slots__
        if name not in {"place", "operand", "arguments", "elements", "entries", "range", "predicate", "element"}
        and not isinstance(getattr(node, name), Node)
    )
    return (type(node).__name__, repr(own), *map(shape, children(node)))


@given(ANYTHING, INPUTS)
def test_the_root_of_a_trace_is_what_the_expression_evaluates_to(text: str, values: dict[str, Any]) -> None:
    program = program_of(TRUSTING, text)
    root = trace(program, Activation(values))
    assert outcome(lambda: program.evaluate(Activation(values))) == outcome(lambda: result_of(root))
    assert root.node is program.node
    assert root.text == unparse(program.node)


def result_of(step: Step) -> Any:
    """The value of a step.

    Raises:
        EvaluationError, LimitExceeded: what it failed with.
    """
    if isinstance(step.value, EvaluationError | LimitExceeded):
        raise step.value
    return step.value


@given(st.lists(st.tuples(CONDITION, st.booleans()), max_size=4), INPUTS)
def test_a_sieve_finds_exactly_the_rules_that_do_not_stay_silent(
    rules: list[tuple[str, bool]], values: dict[str, Any]
) -> None:
    compiled = [(program_of(TRUSTING, text), silent) for text, silent in rules]
    sure, unsure = TRUSTING.sieve(compiled)(Activation(values))
    assert not set(sure) & set(unsure)
    for number, (program, silent) in enumerate(compiled):
        _, value = generated(program, values)
        if number not in unsure:
            assert value is (silent if number not in sure else not silent)


def test_a_variable_that_fails_is_evaluated_once_whatever_reads_it() -> None:
    environment, programs = GUARDED, {}
    texts = ["x.missing", *(f"v{number} || v{number}" for number in range(30))]
    for number, text in enumerate(texts):
        program = environment.compile(typed_in(text))
        programs[f"v{number}"] = program
        environment = environment.with_variable(f"v{number}", program)
    last = programs[f"v{len(texts) - 1}"]
    activation = Activation({"x": {}}).extended(programs)
    assert found(lambda: last.evaluate(activation)) == (ERROR, None)
    assert found(lambda: last.trace(activation, lambda _node, _value: None)) == (ERROR, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("size(s)", [1]), ("s.size()", [1]), ("size(l)", "ab"), ("l.size()", {"a": 1}), ("[size(s)]", [1])],
)
def test_a_size_is_the_same_whatever_type_was_declared(text: str, value: Any) -> None:
    program = GUARDED.compile(typed_in(text))
    values = {"s": value, "l": value}
    assert generated(program, values) == interpreted(program, values)


@pytest.mark.parametrize("text", ["(true ? dyn(1) : x).b", "cel.bind(v, dyn(1), v.a || b)", "has(dyn(1).b)"])
def test_no_expression_makes_python_warn(text: str) -> None:
    for environment in (TRUSTING, GUARDED):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert generated(environment.compile(typed_in(text)), {"b": False, "x": 1})[0] == ERROR
