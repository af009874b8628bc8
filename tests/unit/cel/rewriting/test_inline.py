"""User-defined functions: a call is the function's expression, and captures nothing."""

from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment, Evaluator
from interlock.cel.explanation.trace import lines, trace
from interlock.cel.frontend import RejectedError
from interlock.cel.ir import Call, Node
from interlock.cel.libraries.extensions.macros import BINDINGS
from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.program import Program
from interlock.cel.rewriting.inline import MAX_DEPTH, MAX_NODES, Definition, inlined, measured
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import children
from interlock.cel.types import BOOL, DYN, INT, CelType
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.spans import typed_in

EMPTY = Environment(declare([]), {}, {}, (BINDINGS,))


def with_functions(environment: Environment, *written: tuple[str, dict[str, CelType], str]) -> Environment:
    """`environment` with functions, each a name, parameters and an expression that may call those before it."""
    made = environment
    for name, parameters, text in written:
        inside = Environment(declare([]), parameters, {}, made.libraries, definitions=made.definitions)
        program = inside.compile(typed_in(text))
        overload = Overload(
            id=name,
            function=name,
            parameters=tuple(parameters.values()),
            result=program.type,
            compute=lambda *_: pytest.fail("a call was not replaced"),
        )
        definition = Definition(tuple(parameters), program.node)
        made = made.with_library(Library(name=name, overloads=(overload,)), {name: definition})
    return made


VARIABLES = Environment(declare([]), {"x": DYN, "y": DYN}, {}, (BINDINGS,))
LIBRARY = with_functions(
    VARIABLES,
    ("f.double", {"n": INT}, "n + n"),
    ("f.minus", {"x": INT, "y": INT}, "x - y"),
    ("f.first", {"a": DYN, "b": DYN}, "a"),
    ("f.small", {"n": INT}, "[1, 2, 3].exists(x, x == n)"),
    ("f.quadruple", {"n": INT}, "f.double(f.double(n))"),
    ("f.one", {}, "1"),
    ("f.outer", {"x": INT}, "[10].map(x_2, [x_2, x, .x])[0]"),
    ("f.shadowed", {"x": INT}, "[10].map(x, x + .x)[0]"),
    ("f.either", {"a": BOOL, "b": BOOL}, "a || b"),
)


def value(text: str, environment: Environment = LIBRARY, **values: Any) -> Any:
    """The value of `text`, by generated code and interpreter alike."""
    program = environment.compile(typed_in(text))
    exact = program.trace(Activation(values), lambda _node, _value: None)
    found = program.evaluate(Activation(values))
    assert (type(found), found) == (type(exact), exact)
    return found


def outcome(program: Program, values: dict[str, Any]) -> Any:
    """The value of `program`, or that it fails."""
    try:
        return program.evaluate(Activation(values))
    except EvaluationError:
        return "fails"


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from nodes(child)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("f.double(2)", {}, 4),
        ("f.double(x)", {"x": 2}, 4),
        ("f.quadruple(x) + f.one()", {"x": 3}, 13),
        ("f.double(f.double(f.double(x)))", {"x": 1}, 8),
        ("[1, 2].map(n, f.double(n))", {}, [2, 4]),
        ("f.small(2) && !f.small(7)", {}, True),
    ],
)
def test_a_call_has_the_value_of_the_expression(text: str, values: dict[str, Any], expected: Any) -> None:
    assert value(text, **values) == expected


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("f.minus(y, x)", {"x": 1, "y": 10}, 9),
        ("f.minus(f.minus(y, x), x)", {"x": 1, "y": 10}, 8),
        ("[5].map(x, f.minus(1, x))", {}, [-4]),
        ("[5].map(y, f.minus(y, x))", {"x": 1}, [4]),
        ("[7].map(x_2, f.minus(x_2, x))", {"x": 1}, [6]),
        ("f.small(x)", {"x": 9}, False),
        ("[9].exists(x, f.small(x))", {}, False),
        ("f.outer(x)", {"x": 1}, [10, 1, 1]),
        ("f.shadowed(1)", {}, 11),
        ("cel.bind(n, 1, f.double(n) + n)", {}, 3),
    ],
)
def test_no_variable_captures_another(text: str, values: dict[str, Any], expected: Any) -> None:
    assert value(text, **values) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f.first(1, 1 / 0)", 1),
        ("f.either(1 / 0 == 1, true)", True),
        ("f.either(true, 1 / 0 == 1)", True),
        ("f.first(1 / 0, 1) == 1 || true", True),
    ],
)
def test_an_argument_that_fails_is_an_error_only_where_it_is_read(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_an_argument_that_is_read_and_fails_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="divide by zero"):
        value("f.first(1 / 0, 1)")


def test_every_node_has_an_id_of_its_own() -> None:
    node = LIBRARY.compile(typed_in("x == 1 && f.quadruple(x) > 3 && f.quadruple(x) > f.one()")).node
    ids = [each.place.id for each in nodes(node)]
    assert len(ids) == len(set(ids))


def test_what_was_put_in_stands_where_its_call_stood() -> None:
    text = "f.quadruple(x)"
    found = {each.place.offset for each in nodes(LIBRARY.compile(typed_in(text)).node)}
    assert found == {text.index("("), text.index("x")}


def test_what_calls_nothing_stays_as_it_is() -> None:
    node = VARIABLES.compile(typed_in("x + 1")).node
    assert inlined(node, LIBRARY.definitions) is node
    assert not any(isinstance(each, Call) and each.function in LIBRARY.definitions for each in nodes(node))


def test_a_loop_of_a_function_that_is_called_in_a_loop_pays_for_all_of_its_turns() -> None:
    counting = with_functions(VARIABLES, ("f.count", {"l": DYN}, "l.all(e, e == 1)"))
    with pytest.raises(LimitExceeded):
        value("x.all(y, f.count(x))", counting, x=[1] * 1_000)


def test_a_trace_looks_into_functions_under_readable_names() -> None:
    program = LIBRARY.compile(typed_in("f.double(x) == 4"))
    found = {text: result for _, text, result in lines(trace(program, Activation(x=2)))}
    assert found["cel.bind(n, x, n + n)"] == "4"
    assert found["n + n"] == "4"
    assert found["x"] == "2"


def test_the_text_of_what_was_put_in_means_the_same() -> None:
    for text in ("f.minus(y, x)", "f.minus(f.minus(y, x), x)", "[y].map(x, f.minus(y, x))[0]", "f.outer(x)[1]"):
        rewritten = VARIABLES.compile(typed_in(unparse(LIBRARY.compile(typed_in(text)).node)))
        assert rewritten.evaluate(Activation(x=1, y=10)) == value(text, x=1, y=10)


def _doubling(levels: int) -> list[tuple[str, dict[str, CelType], str]]:
    first = ("f.f0", {"n": INT}, "n")
    return [
        first,
        *((f"f.f{at}", {"n": INT}, f"f.f{at - 1}(n) + f.f{at - 1}(n)") for at in range(1, levels + 1)),
    ]


def test_functions_that_grow_out_of_bounds_are_refused_before_they_do() -> None:
    environment = with_functions(EMPTY, *_doubling(10))
    size = environment.definitions["f.f10"].size
    assert MAX_NODES / 2 < size.nodes <= MAX_NODES
    assert environment.compile(typed_in("f.f10(1)")).evaluate(Activation()) == 1024
    with pytest.raises(
        RejectedError, match="has more than 10,000 parts with the functions that it calls put in"
    ):
        environment.compile(typed_in("f.f10(1) + f.f10(1)"))


def test_functions_that_nest_out_of_bounds_are_refused() -> None:
    environment = with_functions(EMPTY, *((f"f.f{at}", {"n": INT}, f"n + {at}") for at in range(2)))
    deep = reduce(lambda inner, _: f"f.f1(f.f1({inner}))", range(8), "1")
    assert environment.compile(typed_in(deep)).evaluate(Activation()) == 17
    chain = [
        ("f.g0", {"n": INT}, "n"),
        *((f"f.g{at}", {"n": INT}, f"f.g{at - 1}(n + 1)") for at in range(1, 99)),
    ]
    with pytest.raises(RejectedError, match=f"nests more than {MAX_DEPTH} deep"):
        with_functions(EMPTY, *chain)


def test_a_size_is_what_the_tree_has_in_the_end() -> None:
    declared = Environment(declare([]), LIBRARY.variables, {}, LIBRARY.libraries)
    checked = declared.compile(typed_in("[x].exists(n, f.minus(f.quadruple(n), n) == 1)")).node
    node = inlined(checked, LIBRARY.definitions)
    assert measured(checked, LIBRARY.definitions).nodes == len(list(nodes(node)))
    assert measured(checked, LIBRARY.definitions).depth >= measured(node, {}).depth


@pytest.mark.parametrize("text", ["f.double(x) + f.one()", "f.one()", "f.minus(y, x)", "cel.bind(n, x, n + y)"])
def test_the_alternative_evaluator_evaluates_functions_too(text: str) -> None:
    alternative = Environment(
        LIBRARY.declarations,
        LIBRARY.variables,
        LIBRARY.trusted,
        LIBRARY.libraries,
        evaluator=Evaluator.CEL_PYTHON,
        definitions=LIBRARY.definitions,
    )
    values: dict[str, Any] = {"x": 3, "y": 4}
    assert alternative.compile(typed_in(text)).evaluate(Activation(values)) == value(text, **values)


_NAMES = ("a", "b", "a_2")


@st.composite
def _number(draw: st.DrawFn, names: dict[str, str], depth: int = 3) -> str:
    """An expression that reads variables by the values of `names`, in loops that hide their keys."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["0", "1", "2", *names.values()]))
    if draw(st.booleans()):
        operator = draw(st.sampled_from("+-/"))
        return f"({draw(_number(names, depth - 1))} {operator} {draw(_number(names, depth - 1))})"
    own = draw(st.sampled_from(_NAMES))
    range_ = f"[{draw(_number(names, depth - 1))}]"
    return f"{range_}.map({own}, {draw(_number({**names, own: own}, depth - 1))})[0]"


@given(st.data())
def test_a_function_is_its_expression_whatever_the_variables_are_called(data: st.DataObject) -> None:
    first, second = data.draw(st.permutations(_NAMES))[:2]
    body = data.draw(_number({first: "<1>", second: "<2>"}))
    arguments = [data.draw(_number({"a": "a", "b": "b"})) for _ in range(2)]
    environment = Environment(declare([]), {"a": DYN, "b": DYN}, {}, (BINDINGS,))
    parameters = {first: DYN, second: DYN}
    named = body.replace("<1>", first).replace("<2>", second)
    calling = with_functions(environment, ("f.f", parameters, named))
    renamed = body.replace("<1>", "p").replace("<2>", "q")
    plain = f"cel.bind(p, {arguments[0]}, cel.bind(q, {arguments[1]}, {renamed}))"
    values = {"a": data.draw(st.integers(-2, 2)), "b": data.draw(st.integers(-2, 2))}
    called = calling.compile(typed_in(f"f.f({arguments[0]}, {arguments[1]})"))
    expected = outcome(environment.compile(typed_in(plain)), values)
    assert outcome(called, values) == expected
    assert outcome(environment.compile(typed_in(unparse(called.node))), values) == expected
