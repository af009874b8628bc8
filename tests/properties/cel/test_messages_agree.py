"""Messages that expressions make are the same however they are made, and cost no more than was known before."""

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.cel.declarations import Declarations
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.libraries.messages import plain
from interlock.cel.text.unparse import unparse
from interlock.cel.types import DYN, STRING
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.spans import typed_in
from support.costs import ceiling, cost_of, extent, size_of

PATCH: Final = {"op": STRING, "path": STRING, "from": STRING, "value": DYN}
ENVIRONMENT: Final = Environment(
    Declarations({"JSONPatch": PATCH}, made={"JSONPatch": "JSONPatch"}),
    {"x": DYN, "y": DYN},
    {},
    libraries=AVAILABLE,
    open_message="Object",
)
FIELDS: Final = st.sampled_from("abc")
SCALARS: Final = st.sampled_from(
    ["1", "'t'", "null", "true", "x", "y", "x.a", "x.?a.orValue(2)", "y + 1", "x == y"]
)
MAYBE: Final = ["x.?a", "optional.none()", "optional.of(1)", "x"]


def _given(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What stands between braces."""
    always = inner.map(lambda text: ("", text))
    value = always | st.sampled_from(MAYBE).map(lambda text: ("?", text))
    fields = st.fixed_dictionaries({}, optional=dict.fromkeys("abc", value))
    return fields.map(lambda given: ", ".join(f"{mark}{name}: {text}" for name, (mark, text) in given.items()))


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.lists(FIELDS, max_size=3).map(lambda path: ".".join(["Object", *path]))
    made = st.tuples(names, _given(inner)).map(lambda pair: f"{pair[0]}{{{pair[1]}}}")
    patch = inner.map(lambda text: f"JSONPatch{{op: 'add', path: '/' + string(y), value: {text}}}")
    listed = st.lists(inner, max_size=2).map(lambda parts: f"[{', '.join(f'dyn({part})' for part in parts)}]")
    read = st.tuples(made, FIELDS).map(lambda pair: f"{pair[0]}.{pair[1]}")
    tested = st.tuples(made, FIELDS).map(lambda pair: f"has({pair[0]}.{pair[1]})")
    chosen = st.tuples(made, made).map(lambda pair: f"(y == 1 ? dyn({pair[0]}) : dyn({pair[1]}))")
    equal = st.tuples(made, made).map(lambda pair: f"dyn({pair[0]}) == dyn({pair[1]})")
    mapped = made.map(lambda text: f"[1, 2].map(i, {text})")
    return st.one_of(made, patch, listed, read, tested, chosen, equal, mapped)


EXPRESSIONS: Final = st.recursive(SCALARS, _expressions, max_leaves=5)
VALUES: Final = st.sampled_from([{"a": 1}, {}, 1, "t", None, [1], {"a": {"b": "c"}}])


def _outcome(evaluate: Any, values: dict[str, Any]) -> Any:
    try:
        value = evaluate(Activation(values))
    except (EvaluationError, LimitExceeded) as error:
        return type(error)
    return type(value), repr(value)


@given(EXPRESSIONS, VALUES, VALUES)
def test_generated_code_and_the_interpreter_agree(text: str, x: Any, y: Any) -> None:
    program = ENVIRONMENT.compile(typed_in(text))
    values = {"x": x, "y": y}
    assert _outcome(program.evaluate, values) == _outcome(program.exact, values)


@given(EXPRESSIONS, VALUES, VALUES)
def test_what_is_written_again_means_the_same(text: str, x: Any, y: Any) -> None:
    program = ENVIRONMENT.compile(typed_in(text))
    again = ENVIRONMENT.compile(typed_in(unparse(program.node)))
    values = {"x": x, "y": y}
    assert _outcome(again.exact, values) == _outcome(program.exact, values)


@given(EXPRESSIONS, VALUES, VALUES)
def test_nothing_costs_more_than_its_ceiling(text: str, x: Any, y: Any) -> None:
    program = ENVIRONMENT.compile(typed_in(text))
    values = {"x": x, "y": y}
    assert cost_of(program, values, folds=True) <= ceiling(program.node, extent(size_of([x, y])))


@given(EXPRESSIONS, VALUES, VALUES)
def test_what_is_plain_holds_no_message(text: str, x: Any, y: Any) -> None:
    program = ENVIRONMENT.compile(typed_in(text))
    try:
        value = plain(program.evaluate(Activation({"x": x, "y": y})))
    except EvaluationError:
        return
    assert "Message(" not in repr(value)
