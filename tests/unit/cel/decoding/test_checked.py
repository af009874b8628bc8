"""From the checker's tree to ours."""

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.ir import (
    And,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    Node,
    Or,
    Quantifier,
    QuantifierKind,
    Select,
    Transform,
    Variable,
)
from interlock.cel.tree import children, variables
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    list_of,
    map_of,
)
from interlock.cel.values import Uint
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), {"x": DYN, "a.b": INT, "l": list_of(INT)}, {})


def node_of(text: str) -> Node:
    return ENVIRONMENT.compile(typed_in(text)).node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("null", None),
        ("-5", -5),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551615u", Uint(2**64 - 1)),
        ("1.5", 1.5),
        ("'é'", "é"),
        ("b'\\xff'", b"\xff"),
        ("int", INT),
        ("google.protobuf.Duration", DURATION),
        ("google.protobuf.NullValue.NULL_VALUE", 0),
    ],
)
def test_literals_and_types_are_constants(text: str, value: object) -> None:
    node = node_of(text)
    assert isinstance(node, Const)
    assert (type(node.value), node.value) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x", Variable),
        ("a.b", Variable),
        ("x.y", Select),
        ("has(x.y)", Has),
        ("x == 1", Call),
        ("x && true", And),
        ("x || true", Or),
        ("x ? 1 : 2", Conditional),
        ("[x]", ListOf),
        ("{'a': x}", MapOf),
        ("l.all(y, true)", Quantifier),
        ("l.map(y, y)", Transform),
    ],
)
def test_every_construct_has_its_node(text: str, kind: type) -> None:
    assert type(node_of(text)) is kind


@pytest.mark.parametrize("kind", list(QuantifierKind))
def test_macros_are_what_their_authors_wrote(kind: QuantifierKind) -> None:
    node = node_of(f"l.{kind}(y, y > 1)")
    assert isinstance(node, Quantifier)
    assert (node.kind, node.variables) == (kind, ("y",))
    assert isinstance(node.range, Variable)
    assert isinstance(node.predicate, Call)
    assert isinstance(node.predicate.arguments[0], Local)


def test_filter_and_the_two_forms_of_map_are_one_node() -> None:
    mapped, chosen, filtered = (
        node_of(f"l.{text}") for text in ("map(y, y + 1)", "map(y, y > 1, y + 1)", "filter(y, y > 1)")
    )
    assert isinstance(mapped, Transform)
    assert mapped.predicate is None
    assert isinstance(chosen, Transform)
    assert chosen.predicate is not None
    assert isinstance(filtered, Transform)
    assert isinstance(filtered.element, Local)


def test_the_variable_of_a_loop_hides_one_of_the_same_name_within_it() -> None:
    node = node_of("[1].exists(x, x == 1) && x")
    assert isinstance(node, And)
    assert isinstance(node.left, Quantifier)
    assert isinstance(node.left.predicate, Call)
    assert isinstance(node.left.predicate.arguments[0], Local)
    assert isinstance(node.right, Variable)
    assert variables(node) == {"x"}


def test_the_target_of_a_member_call_is_its_first_argument() -> None:
    member, function = node_of("'a'.size()"), node_of("size('a')")
    assert isinstance(member, Call)
    assert isinstance(function, Call)
    assert (member.is_member, function.is_member) == (True, False)
    assert len(member.arguments) == len(function.arguments) == 1


def test_every_node_knows_where_it_stands() -> None:
    node = node_of("'é' + \n  string(1 / 2)")
    assert isinstance(node, Call)
    call = node.arguments[1]
    assert node.place.offset == 4
    assert (call.place.offset, children(call)[0].place.offset) == (15, 18)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("true", BOOL),
        ("1", INT),
        ("1u", UINT),
        ("1.0", DOUBLE),
        ("''", STRING),
        ("b''", BYTES),
        ("null", NULL),
        ("timestamp(0)", TIMESTAMP),
        ("duration('1s')", DURATION),
        ("x", DYN),
        ("[1]", list_of(INT)),
        ("[1, 'a']", list_of(DYN)),
        ("{'a': 1}", map_of(STRING, INT)),
        ("type(1)", CelType("type", (INT,))),
    ],
)
def test_every_node_has_the_type_that_the_checker_gave_it(text: str, type_: CelType) -> None:
    assert node_of(text).place.type == type_


@pytest.mark.parametrize(
    ("declared", "type_"),
    [
        ("google.protobuf.Int64Value", CelType("wrapper", (INT,))),
        ("google.protobuf.Any", DYN),
        ("google.protobuf.Value", DYN),
        ("google.protobuf.Struct", map_of(STRING, DYN)),
        ("google.protobuf.ListValue", list_of(DYN)),
        ("interlock.Unknown", CelType("interlock.Unknown")),
    ],
)
def test_messages_that_stand_for_json_have_the_types_of_json(declared: str, type_: CelType) -> None:
    environment = Environment(declare([]), {"v": CelType(declared)}, {})
    assert environment.compile(typed_in("v")).node.place.type == type_


@pytest.mark.parametrize(
    ("text", "said", "column"),
    [
        ("dyn", "`dyn` is no value", 1),
        (
            "x == 2 && google.protobuf.Struct{} == x",
            "messages such as `google.protobuf.Struct` can't be made: use a map",
            11,
        ),
    ],
)
def test_what_has_no_node_is_refused_where_it_stands(text: str, said: str, column: int) -> None:
    with pytest.raises(RejectedError) as caught:
        node_of(text)
    (problem,) = caught.value.problems
    assert (problem.message, problem.span.line, problem.span.column) == (said, 1, column)


def test_children_are_in_the_order_of_the_text() -> None:
    for text in (
        "x ? 1 : 2",
        "{'a': 1, 'b': x}",
        "[1, x]",
        "l.map(y, y > 1, y)",
        "l.all(y, y > 1)",
        "x.a",
        "has(x.a)",
        "x && x",
        "size(x)",
        "1",
    ):
        offsets = [child.place.offset for child in children(node_of(text))]
        assert offsets == sorted(offsets)
