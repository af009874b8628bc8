"""Messages that expressions make: those that are declared, and those of any name that begins with `Object`."""

from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import Declarations
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.ir import MessageOf
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.libraries.messages import plain
from interlock.cel.text.unparse import unparse
from interlock.cel.types import DYN, STRING, CelType, list_of
from interlock.cel.values import EvaluationError, Message
from interlock.spans import typed_in
from support.costs import cost_of

PATCH = {"op": STRING, "path": STRING, "from": STRING, "value": DYN}
ENVIRONMENT = Environment(
    Declarations({"JSONPatch": PATCH}, made={"JSONPatch": "JSONPatch"}),
    {"x": DYN},
    {},
    libraries=AVAILABLE,
    open_message="Object",
)


def value_of(text: str, x: Any = None) -> Any:
    """The value of `text`, by generated code and interpreter alike."""
    program = ENVIRONMENT.compile(typed_in(text))
    value = program.evaluate(Activation({"x": x}))
    exact = program.exact(Activation({"x": x}))
    assert (type(exact), repr(exact)) == (type(value), repr(value))
    return value


def type_of(text: str) -> CelType:
    return ENVIRONMENT.compile(typed_in(text)).type


def problems(text: str) -> list[str]:
    with pytest.raises(RejectedError) as error:
        ENVIRONMENT.compile(typed_in(text))
    return [f"{problem.span.line}:{problem.span.column}: {problem.message}" for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Object{}", {}),
        ("Object{spec: Object.spec{replicas: 3}}", {"spec": {"replicas": 3}}),
        ("Object{spec: Object.spec{template: Object.spec.template{a: x}}}", {"spec": {"template": {"a": 7}}}),
        ("Object{intList: [1, 2, 3]}", {"intList": [1, 2, 3]}),
        ("Object{annotations: {'foo': 'bar'}}", {"annotations": {"foo": "bar"}}),
        ("Object{l: [Object.l{n: 'a'}, Object.l{n: 'b'}]}", {"l": [{"n": "a"}, {"n": "b"}]}),
        ("Object{namespace: 1, package: 2, as: 3}", {"namespace": 1, "package": 2, "as": 3}),
        ("Object{metadata: Object.metadata{namespace: 'a'}}", {"metadata": {"namespace": "a"}}),
        ("Object{?a: optional.of(1), ?b: optional.none(), c: 2}", {"a": 1, "c": 2}),
        ("Object{?spec: optional.ofNonZeroValue(Object.spec{?replicas: Object{}.?replicas})}", {}),
        (".Object{a: 1}", {"a": 1}),
        ("Object // one\n . spec // two\n {a: 1}", {"a": 1}),
        ("[1, 2].map(i, Object.list{at: i})[1]", {"at": 2}),
        ("x == 7 ? Object{a: 1} : Object{}", {"a": 1}),
    ],
)
def test_a_message_has_the_fields_that_it_is_given(text: str, value: Any) -> None:
    assert plain(value_of(text, 7)) == value


def test_what_is_made_has_the_type_that_it_names() -> None:
    assert type_of("Object{}") == CelType("Object")
    assert type_of("[Object.spec.containers{}]") == list_of(CelType("Object.spec.containers"))
    assert type_of("x ? [JSONPatch{}] : []") == list_of(CelType("JSONPatch"))
    assert value_of("type(Object.spec{})") == CelType("Object.spec")
    assert value_of("type(JSONPatch{})") == CelType("JSONPatch")


def test_messages_are_equal_where_they_are_of_one_name_and_have_the_same_fields() -> None:
    assert value_of("Object{spec: Object.spec{a: 3}} == Object{spec: Object.spec{a: 1 + 2}}")
    assert not value_of("Object.a{b: 1} == dyn(Object.c{b: 1})")
    assert not value_of("Object{a: 1} == Object{a: 1, b: null}")
    assert not value_of("dyn(Object{}) == {}")
    assert value_of("JSONPatch{op: ''} == JSONPatch{}")
    assert not value_of("JSONPatch{value: '1'} == JSONPatch{value: 1}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Object{l: [1, 2, 3]}.l.sum()", 6),
        ("Object{}.nothing", None),
        ("has(Object{}.a)", False),
        ("has(Object{a: null}.a)", True),
        ("Object{}.?a.hasValue()", False),
        ("Object{a: 1}.?a.orValue(2)", 1),
        ("JSONPatch{op: 'add'}.op", "add"),
        ("JSONPatch{}.path", ""),
        ("has(JSONPatch{}.op)", False),
        ("has(JSONPatch{value: null}.value)", True),
        ("x.a", 1),
        ("x.?b.hasValue()", False),
    ],
)
def test_fields_that_are_not_given_are_null_and_texts_are_empty(text: str, value: Any) -> None:
    assert value_of(text, Message(CelType("Object"), {"a": 1})) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Invalid{}", "1:1: undeclared reference to `Invalid`"),
        ("Objects{}", "1:1: undeclared reference to `Objects`"),
        ("x.Object{a: 1}", "1:1: undeclared reference to `x.Object`"),
        ("Object.spec", "1:7: undeclared reference to `Object.spec`"),
        ("JSONPatch{op: 1}", "1:13: expected type of field 'op' is 'string' but provided type is 'int'"),
        ("JSONPatch{paht: ''}", "1:15: undefined field `paht` of JSONPatch: did you mean `path`?"),
        ("JSONPatch{op: 'add', value: Invalid{}}", "1:29: undeclared reference to `Invalid`"),
        ("Object.a{b: 1} + 1", "1:16: `+` can't be applied to (Object.a, int)"),
        ("Object.a{b:\nnobody}", "2:1: undeclared reference to `nobody`"),
        (
            "google.protobuf.Timestamp{}",
            "1:1: messages such as `google.protobuf.Timestamp` can't be made: use a map",
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_names_of_the_text(text: str, message: str) -> None:
    assert problems(text) == [message]


def test_the_names_that_the_checker_is_told_are_none_of_the_text() -> None:
    assert plain(value_of("Object{M00000: Object.M00000{M00001: 1}}")) == {"M00000": {"M00001": 1}}


def test_a_text_with_more_messages_and_fields_than_the_checker_is_told_of_is_refused() -> None:
    text = f"[{', '.join(f'Object.a{at}{{f{at}: 1}}' for at in range(300))}]"
    assert problems(text) == ["1:1: takes too much to check: simplify it"]


def test_a_field_that_has_to_be_a_text_is_one_also_where_nobody_knows_before() -> None:
    with pytest.raises(EvaluationError, match="field `op` of JSONPatch has to be a string"):
        value_of("JSONPatch{op: x}", 1)
    with pytest.raises(EvaluationError, match="no such overload"):
        value_of("Object{?a: x}", 1)


def test_messages_nest_as_deep_as_expressions() -> None:
    depth = 10
    text = "".join(f"Object{'.a' * level}{{a: " for level in range(depth)) + "1" + "}" * depth
    value = plain(value_of("[" * 40 + text + "]" * 40))
    for _ in range(40):
        (value,) = value
    for _ in range(depth):
        value = value["a"]
    assert value == 1


def test_a_message_is_written_as_it_was_read() -> None:
    text = 'Object{a: [Object.a{?b: x.?c, d: "e"}]}'
    node = ENVIRONMENT.compile(typed_in(text)).node
    assert isinstance(node, MessageOf)
    assert unparse(node) == text


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("Object{}", 40),
        ("Object{a: 1}", 40),
        ("Object{a: [1, 2]}", 40),
        ("Object{a: [x]}", 51),
        ("Object{a: Object.a{b: x}}", 81),
        ("[JSONPatch{op: 'add', value: {'a': x}}]", 81),
    ],
)
def test_a_message_costs_forty_and_what_its_fields_cost(text: str, cost: int) -> None:
    assert cost_of(ENVIRONMENT.compile(typed_in(text)), {"x": 1}, folds=True) == cost
