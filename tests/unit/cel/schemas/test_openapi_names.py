"""What the keys of objects and their messages are called."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.schemas.names import escape, selectors
from interlock.cel.schemas.nodes import written
from interlock.cel.schemas.openapi import declare_schema
from interlock.cel.types import DYN, STRING, map_of
from support.schemas import NOTHING, TEXT, array, declared, obj, table, type_of


@pytest.mark.parametrize(
    ("key", "escaped"),
    [
        ("name", "name"),
        ("_a", "_a"),
        ("a.b", "a__dot__b"),
        ("a-b", "a__dash__b"),
        ("a/b", "a__slash__b"),
        ("a__b", "a__underscores__b"),
        ("a___b", "a__underscores___b"),
        ("-", "__dash__"),
        ("namespace", "__namespace__"),
        ("while", "__while__"),
        ("true", "__true__"),
        ("in", "__in__"),
        ("nvidia.com/gpu", "nvidia__dot__com__slash__gpu"),
        ("", None),
        ("1a", None),
        ("$ref", None),
        ("a b", None),
        ("é", None),
    ],
)
def test_keys_are_escaped_as_the_api_server_escapes_them(key: str, escaped: str | None) -> None:
    assert escape(key) == escaped


@given(st.lists(st.text("_.-/abin1", max_size=8), unique=True))
def test_no_two_keys_are_escaped_to_one_name(keys: list[str]) -> None:
    escaped = [name for key in keys if (name := escape(key)) is not None]
    assert len(set(escaped)) == len(escaped)


@given(
    st.sets(st.text("_.-/aAbBin1", max_size=5), min_size=1),
    st.sampled_from([TEXT, table(TEXT), array(TEXT), {}]),
)
def test_an_object_is_declared_whatever_its_keys_are(keys: set[str], schema: Any) -> None:
    found = declared(obj(**dict.fromkeys(keys, schema)))
    names = {name for key in keys for name in selectors(key)}
    assert found.declarations.fields[found.type.name].keys() == names
    for name in names:
        assert type_of(found, f"object.{name}") == found.declarations.field(found.type, name)


def test_a_field_knows_the_key_that_it_reads() -> None:
    found = declared(obj(**dict.fromkeys(["a", "a-b", "namespace", "in", "$ref"], TEXT)))
    assert found.declarations.keys[found.type.name] == {
        "a": "a",
        "a__dash__b": "a-b",
        "__namespace__": "namespace",
        "namespace": "namespace",
        "__in__": "in",
    }
    assert found.declarations.key(found.type, "a__dash__b") == "a-b"
    assert found.declarations.key(DYN, "a__dash__b") == "a__dash__b"


def test_a_map_whose_name_protocol_buffers_cannot_keep_apart_is_dynamic() -> None:
    found = declared(obj(fooBar=table(TEXT), foo_bar=table(TEXT), _1a=table(TEXT), plain=table(TEXT)))
    assert found.declarations.fields[found.type.name] == {
        "fooBar": map_of(STRING, STRING),
        "foo_bar": DYN,
        "_1a": DYN,
        "plain": map_of(STRING, STRING),
    }
    assert found.declarations.why_dynamic(found.type, "foo_bar") == "a map of its name has no type here"


@pytest.mark.parametrize("name", ["", "9", "../é x", "x" * 10_000])
def test_any_text_can_name_a_schema(name: str) -> None:
    found = declare_schema(NOTHING, obj(a=TEXT), name=name, definitions={})
    assert type_of(found, "object.a") == STRING


def test_a_path_is_written_as_json_path_writes_it() -> None:
    assert written(("a", 0, "b-c")) == "$.a[0]['b-c']"
