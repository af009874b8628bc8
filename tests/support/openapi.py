"""What a schema of the API server finds wrong with a value: unknown fields, too, as strict validation has it.

Knows the keywords that Kubernetes' own schemas and structural schemas are written with, and no others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import re2

Schema: TypeAlias = Mapping[str, Any]

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}
_NONE: Final[Mapping[str, Schema]] = {}
_JUNCTORS: Final[Mapping[str, Callable[[list[bool]], bool]]] = {
    "allOf": all,
    "anyOf": any,
    "oneOf": lambda met: sum(met) == 1,
}


def problems(value: Any, schema: Schema, definitions: Mapping[str, Schema] = _NONE) -> list[str]:
    """Each place of `value` that `schema` doesn't take, and why."""
    return list(_Reading(definitions).wrong("", value, schema))


class _Reading:
    """Reads schemas that refer to `definitions`."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def wrong(self, place: str, value: Any, schema: Schema) -> Iterator[str]:
        """What is wrong with `value`, which stands at `place`."""
        schema = self._resolved(schema)
        if not _is_of(value, schema):
            yield f"{place}: {value!r} is no {schema.get('type', 'number or text')}"
            return
        yield from (f"{place}: {said}" for said in self._limits(value, schema))
        if isinstance(value, dict):
            yield from self._members(place, value, schema)
        if isinstance(value, list):
            yield from _repeated(place, value, schema)
            for index, item in enumerate(value if "items" in schema else ()):
                yield from self.wrong(f"{place}[{index}]", item, schema["items"])

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema or len(schema.get("allOf", ())) == 1:
            reference = schema if "$ref" in schema else schema["allOf"][0]
            schema = self._definitions[reference["$ref"].rpartition("/")[2]]
        return schema

    def _members(self, place: str, value: dict[str, Any], schema: Schema) -> Iterator[str]:
        if schema.get("x-kubernetes-preserve-unknown-fields") or not (
            {"properties", "additionalProperties"} & schema.keys()
        ):
            return
        fields, values = schema.get("properties", {}), schema.get("additionalProperties")
        for key, entry in value.items():
            if key in fields or values:
                yield from self.wrong(f"{place}.{key}", entry, fields.get(key, values))
            else:
                yield f"{place}: unknown field {key!r}"

    def _limits(self, value: Any, schema: Schema) -> Iterator[str]:
        """What value validations say, each of which is about values of one type."""
        yield from _bounds(value, schema)
        if isinstance(value, dict):
            yield from (f"lacks {field!r}" for field in schema.get("required", ()) if field not in value)
        if "enum" in schema and value not in schema["enum"]:
            yield f"{value!r} is none of {schema['enum']}"
        if "not" in schema and self._meets(value, schema["not"]):
            yield f"{value!r} is {schema['not']}"
        for junctor, is_met in _JUNCTORS.items():
            if junctor in schema and not is_met([self._meets(value, each) for each in schema[junctor]]):
                yield f"{value!r} doesn't meet `{junctor}`"

    def _meets(self, value: Any, schema: Schema) -> bool:
        return _is_of(value, schema) and not list(self._limits(value, schema))


def _is_of(value: Any, schema: Schema) -> bool:
    """Whether `value` is of the type of `schema`."""
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return isinstance(value, int | str) and not isinstance(value, bool)
    if "type" not in schema:
        return value is not None
    types = _TYPES[schema["type"]]
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


def _bounds(value: Any, schema: Schema) -> Iterator[str]:
    if isinstance(value, str) and "pattern" in schema and not re2.compile(schema["pattern"]).search(value):
        yield f"{value!r} isn't like {schema['pattern']}"
    if isinstance(value, str | list | dict):
        kind = {str: "Length", list: "Items", dict: "Properties"}[type(value)]
        yield from _within(len(value), schema, f"min{kind}", f"max{kind}")
    if isinstance(value, int) and not isinstance(value, bool):
        yield from _within(value, schema, "minimum", "maximum")


def _within(number: int, schema: Schema, lowest: str, highest: str) -> Iterator[str]:
    if number < schema.get(lowest, number):
        yield f"{number} is below {lowest} {schema[lowest]}"
    if number > schema.get(highest, number):
        yield f"{number} is above {highest} {schema[highest]}"


def _repeated(place: str, items: Sequence[Any], schema: Schema) -> Iterator[str]:
    """The entries of a list that is a map, or a set, of which there are two."""
    keys = schema.get("x-kubernetes-list-map-keys", ())
    seen = [[item.get(key) for key in keys] if keys and isinstance(item, dict) else item for item in items]
    if keys or schema.get("x-kubernetes-list-type") == "set":
        yield from (f"{place}[{at}]: a duplicate" for at, key in enumerate(seen) if key in seen[:at])
