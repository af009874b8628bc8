"""The rules that the API server has for schemas of custom resources, apart from those for their values.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
#specifying-a-structural-schema, and k8s.io/apiextensions-apiserver/pkg/apiserver/schema/validation.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import re2

Schema: TypeAlias = Mapping[str, Any]

_TYPES: Final = {"array", "boolean", "integer", "number", "object", "string"}
_JUNCTORS: Final = ("allOf", "anyOf", "oneOf")
_EXTENSIONS: Final = {
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
}
_VALUES: Final = {
    *("enum", "format", "maximum", "maxItems", "maxLength", "maxProperties", "minimum", "minItems"),
    *("minLength", "minProperties", "not", "pattern", "required", *_JUNCTORS),
}
_SHAPE: Final = {"additionalProperties", "description", "items", "properties", "type"}
_INT_OR_STRING: Final = [{"type": "integer"}, {"type": "string"}]
_NAMES: Final = {"name", "generateName"}
_SCALARS: Final = {"boolean", "integer", "number", "string"}


def violations(schema: Schema) -> Iterator[str]:
    """Each rule that the `schema` of a kind, or one within it, breaks, and where."""
    yield from _within(schema, "")
    if schema.get("type") != "object" or "additionalProperties" in schema:
        yield "the root is no object with fields"
    metadata = schema.get("properties", {}).get("metadata", {})
    if metadata.keys() - {"type", "properties"} or metadata.get("properties", {}).keys() - _NAMES:
        yield ".metadata: only names may be limited"


def _within(schema: Schema, place: str) -> Iterator[str]:
    yield from (f"{place}: {said}" for said in _of_node(schema))
    for name, field in schema.get("properties", {}).items():
        yield from _within(field, f"{place}.{name}")
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from _within(schema[key], f"{place}.{key}")
    if schema.get("x-kubernetes-list-type") == "map":
        yield from (f"{place}: {said}" for said in _of_keys(schema))


def _of_node(schema: Schema) -> Iterator[str]:
    if unknown := schema.keys() - _SHAPE - _VALUES - _EXTENSIONS:
        yield f"{sorted(unknown)} are not for structural schemas"
    yield from _of_type(schema)
    if unheard := set(schema.get("required", ())) - schema.get("properties", {}).keys():
        yield f"requires {sorted(unheard)}, which it doesn't have"
    if not schema.get("required", ["something"]):
        yield "requires nothing"
    if "pattern" in schema:
        re2.compile(schema["pattern"])
    is_either = "x-kubernetes-int-or-string" in schema
    nested = [each for key in _JUNCTORS if not is_either for each in schema.get(key, ())]
    for each in [*nested, *([schema["not"]] if "not" in schema else [])]:
        yield from _of_value(each, schema)


def _of_type(schema: Schema) -> Iterator[str]:
    type_ = schema.get("type")
    is_either, is_any = (
        schema.get(f"x-kubernetes-{key}") for key in ("int-or-string", "preserve-unknown-fields")
    )
    if is_either and (type_ or schema.get("anyOf", _INT_OR_STRING) != _INT_OR_STRING):
        yield "a number or text has no type but that of its two alternatives"
    if not (is_either or is_any) and type_ not in _TYPES:
        yield "has no type"
    if {"properties", "additionalProperties"} <= schema.keys():
        yield "has fields, and is a map as well"
    if type_ == "array" and not isinstance(schema.get("items"), dict):
        yield "doesn't say what the items are"
    if {"properties", "additionalProperties"} & schema.keys() and type_ != "object":
        yield "has fields and is no object"


def _of_value(nested: Schema, schema: Schema) -> Iterator[str]:
    """What stands within a junctor restricts values, and says nothing of their shape."""
    if shaped := nested.keys() - _VALUES:
        yield f"{sorted(shaped)} may not stand within a junctor"
    if unheard := set(nested.get("required", ())) - schema.get("properties", {}).keys():
        yield f"requires {sorted(unheard)} within a junctor, which it doesn't have"
    for key in _JUNCTORS:
        for each in nested.get(key, ()):
            yield from _of_value(each, schema)


def _of_keys(schema: Schema) -> Iterator[str]:
    item = schema["items"]
    for key in schema["x-kubernetes-list-map-keys"]:
        if key not in item.get("required", ()):
            yield f"the entries' key {key!r} is not required"
        if item.get("properties", {}).get(key, {}).get("type") not in _SCALARS:
            yield f"the entries' key {key!r} is no scalar"
