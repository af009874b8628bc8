"""TypedDicts as message types."""

from typing import Any, NotRequired

import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from typing_extensions import TypedDict

from interlock.cel.declarations import declare, message_type
from interlock.cel.types import BOOL, DOUBLE, DYN, INT, STRING, CelType, list_of, map_of
from interlock.model.intent import Intent, Model


class Inner(TypedDict):
    name: str


class Outer(TypedDict):
    text: str
    number: NotRequired[int]
    flag: bool
    ratio: float
    inner: Inner
    inners: NotRequired[list[Inner]]
    labels: dict[str, str]
    anything: dict[str, Any]
    words: list[str]


def test_every_annotation_has_a_type() -> None:
    declarations = declare([Outer])
    inner = message_type(Inner)
    assert declarations.fields["interlock.Outer"] == {
        "text": STRING,
        "number": INT,
        "flag": BOOL,
        "ratio": DOUBLE,
        "inner": inner,
        "inners": list_of(inner),
        "labels": map_of(STRING, STRING),
        "anything": map_of(STRING, DYN),
        "words": list_of(STRING),
    }
    assert declarations.fields[inner.name] == {"name": STRING}


def test_the_checkers_descriptors_have_the_same_messages_and_fields() -> None:
    declarations = declare([Intent])
    pool = DescriptorPool()
    for file in declarations.files:
        pool.AddSerializedFile(file)
    for name, fields in declarations.fields.items():
        descriptor = pool.FindMessageTypeByName(name)
        assert set(descriptor.fields_by_name) == set(fields)


def test_a_record_is_declared_once_however_often_it_is_mentioned() -> None:
    assert declare([Inner, Outer, Inner]).fields.keys() == declare([Outer]).fields.keys()


def test_a_field_that_is_not_declared_is_none() -> None:
    declarations = declare([Intent])
    assert declarations.field(message_type(Model), "class") == STRING
    assert declarations.field(message_type(Model), "klass") is None
    assert declarations.field(CelType("interlock.Nothing"), "class") is None
    assert declarations.field(DYN, "class") is None


class WithBytes(TypedDict):
    field: bytes


class WithCounts(TypedDict):
    field: dict[str, int]


class WithPair(TypedDict):
    field: tuple[int, int]


@pytest.mark.parametrize("record", [WithBytes, WithCounts, WithPair])
def test_what_cel_has_no_type_for_is_refused(record: type) -> None:
    with pytest.raises(TypeError, match="no CEL type for"):
        declare([record])
