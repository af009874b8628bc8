"""Schemas that are malformed, too large or too deep."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.schemas.nodes import MAX_DEPTH, SchemaError
from interlock.cel.schemas.openapi import MAX_NODES
from interlock.cel.schemas.shapes import MAX_PROPERTIES
from interlock.cel.types import STRING, CelType
from support.schemas import TEXT, array, declared, obj, table, type_of


def cyclic(schema: dict[str, Any], *keys: str) -> dict[str, Any]:
    place = schema
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = schema
    return schema


def doubled(depth: int) -> dict[str, Any]:
    schema = TEXT
    for _ in range(depth):
        schema = obj(a=schema, b=schema)
    return schema


LOOPS = {
    "A": {"$ref": "#/definitions/B"},
    "B": {"allOf": [{"$ref": "#/definitions/A"}]},
    "L": array({"$ref": "#/definitions/L"}),
    "M": table({"$ref": "#/definitions/M"}),
}
TOO_DEEP = f"nests more than {MAX_DEPTH} deep"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (5, "$: must be an object"),
        (None, "$: must be an object"),
        ({"type": 5}, "$.type: must be text"),
        ({"type": {}}, "$.type: must be text"),
        ({"type": ["object", 5]}, "$.type: must be text"),
        ({"oneOf": [{"type": 5}]}, "$.type: must be text"),
        ({"type": "text"}, "$.type: unknown type `text`"),
        ({"type": "object", "properties": [1]}, "$.properties: must be an object"),
        ({"type": "object", "properties": {1: {}}}, "$.properties: has a key that isn't text"),
        (obj(a=obj(**{"b-c": 1})), "$.properties.a.properties['b-c']: must be an object"),
        (array([TEXT]), "$.items: must be an object"),
        ({"allOf": [5]}, "$.allOf[0]: must be an object"),
        ({"$ref": 5}, "$['$ref']: must be text"),
        ({"$ref": "#/definitions/X"}, "$['$ref']: refers to `#/definitions/X`, which isn't there"),
        ({"$ref": "#/definitions/A"}, f"$['$ref']['$ref'].allOf: {TOO_DEEP}"),
        ({"$ref": "#/definitions/L"}, f"$['$ref'].items['$ref']: {TOO_DEEP}"),
        ({"$ref": "#/definitions/M"}, f"$['$ref'].additionalProperties['$ref']: {TOO_DEEP}"),
        (cyclic(obj(a={}), "properties", "a"), f"$.properties.a.properties: {TOO_DEEP}"),
        (cyclic(array({}), "items"), f"$.items.items.items: {TOO_DEEP}"),
        (doubled(40), f"$.properties.b.properties: has more than {MAX_NODES} nodes"),
        (
            obj(**{f"f{number}": TEXT for number in range(MAX_PROPERTIES + 1)}),
            f"$.properties: has more than {MAX_PROPERTIES} entries",
        ),
    ],
)
def test_a_hostile_schema_is_refused_in_words(schema: Any, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        declared(schema, LOOPS)
    assert str(caught.value) == message


def test_a_schema_at_the_bounds_is_declared() -> None:
    deep: dict[str, Any] = TEXT
    for _ in range(MAX_DEPTH // 2 - 1):
        deep = obj(a=deep)
    wide = obj(**{f"f{number}": obj(m=table(TEXT)) for number in range(MAX_PROPERTIES)})
    assert type_of(declared(deep), "object.a.a.a.a") == CelType("interlock.WidgetAAAA")
    assert type_of(declared(wide), f"object.f{MAX_PROPERTIES - 1}.m['a']") == STRING


KEYS = [
    *("type", "properties", "items", "additionalProperties", "$ref", "oneOf", "anyOf", "allOf"),
    *("x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"),
    *("namespace", "a-b"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["object", "array", "string", "null", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_declared_or_refused(schema: Any) -> None:
    try:
        found = declared(schema)
    except SchemaError:
        return
    assert type_of(found, "object") == found.type
