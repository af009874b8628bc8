"""What expressions evaluate to, as JSON."""

from typing import Any

import pytest

from interlock.cel.types import INT, CelType
from interlock.cel.values import NONE, Duration, Message, Timestamp, Uint
from interlock.foreign.changes.containers import PatchError
from interlock.foreign.changes.operation import ABSENT
from interlock.foreign.changes.values import configuration, operations

PATCH = CelType("JSONPatch")


def named(name: str = "", /, **fields: Any) -> Message:
    return Message(CelType(f"Object.{name}" if name else "Object"), fields)


def value_in_patch(value: Any) -> Any:
    (made,) = operations([Message(PATCH, {"op": "add", "path": "/a", "value": value})])
    return made.value


def test_a_configuration_is_the_map_that_its_messages_are() -> None:
    made = configuration(
        named(spec=named("spec", replicas=Uint(3), list=[named("spec.list", a=1.5)], labels={"a": "b"}))
    )
    assert made == {"spec": {"replicas": 3, "list": [{"a": 1.5}], "labels": {"a": "b"}}}
    assert type(made["spec"]["replicas"]) is int


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "unsupported return type from ApplyConfiguration expression: map"),
        (
            named(spec=named("specx")),
            (
                'type mismatch: unexpected type name "Object.specx", expected "Object.spec", which matches'
                " field name path from root Object type"
            ),
        ),
        (named(a=[named("b")]), 'unexpected type name "Object.b", expected "Object.a"'),
        (named(a={"x": named("b")}), 'unexpected type name "Object.b", expected "Object.a"'),
        (named(a=None), "null of type null_type has no JSON"),
        (named(a=[None]), "null of type null_type has no JSON"),
        (named(a=b"x"), "b'\\x78' of type bytes has no JSON"),
        (named(a=Timestamp(0)), "of type google.protobuf.Timestamp has no JSON"),
        (named(a=NONE), "optional.none() of type optional_type has no JSON"),
        (named(a={1: "x"}), "no such overload: key of a map"),
    ],
)
def test_what_is_no_configuration_is_refused(value: Any, message: str) -> None:
    with pytest.raises(PatchError) as error:
        configuration(value)
    assert message in str(error.value)


def test_operations_have_what_their_messages_have() -> None:
    fields = {"op": "move", "path": "/a", "from": "/b"}
    (made,) = operations([Message(PATCH, fields)])
    assert (made.op, made.path, made.source, made.value) == ("move", "/a", "/b", ABSENT)
    (empty,) = operations([Message(PATCH, {})])
    assert (empty.op, empty.path, empty.source, empty.value) == ("", "", "", ABSENT)


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (None, None),
        (True, True),
        ("x", "x"),
        (3, 3),
        (2**53, "9007199254740992"),
        (Uint(2**64 - 1), "18446744073709551615"),
        (3.0, 3),
        (1.5, 1.5),
        (b"ab", "YWI="),
        (Timestamp(0), "1970-01-01T00:00:00Z"),
        (Duration(1_500_000_000), "1.5s"),
        ([1, {"a": [named("x", b=1)]}], [1, {"a": [{"b": 1}]}]),
        (named("spec.containers", name="x"), {"name": "x"}),
    ],
)
def test_values_of_a_patch_are_those_of_protocol_buffers(value: Any, json: Any) -> None:
    made = value_in_patch(value)
    assert (type(made), made) == (type(json), json)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), NONE, INT, {1: 1}])
def test_what_has_no_json_is_refused(value: Any) -> None:
    with pytest.raises(PatchError, match=r"has no JSON|no such overload"):
        value_in_patch(value)


def test_a_message_in_a_patch_has_to_agree_with_its_own_name() -> None:
    assert value_in_patch(
        named("spec.containers", ports=[named("spec.containers.ports", containerPort=1)])
    ) == {"ports": [{"containerPort": 1}]}
    with pytest.raises(PatchError, match=r'"Object\.spec\.portsZ", expected "Object\.spec\.ports"'):
        value_in_patch(named("spec", ports=[named("spec.portsZ")]))


@pytest.mark.parametrize("value", [{}, [1], [named()]])
def test_what_lists_no_operations_is_refused(value: Any) -> None:
    with pytest.raises(PatchError, match="type mismatch"):
        operations(value)
