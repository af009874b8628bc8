"""The shape of a document as a structural schema, which is all that the API server takes of JSON Schema.

Structural schemas have no references and no alternatives of types, and an object's fields are in one
place. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
#specifying-a-structural-schema
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from interlock.crds.rules import list_key, rules
from interlock.crds.validation import exactly_one
from interlock.model.intent import MAX_INT64, MIN_INT64

Schema: TypeAlias = dict[str, Any]
"""A schema, as JSON."""

ANYTHING: Final = "x-kubernetes-preserve-unknown-fields"

_NULL: Final = {"type": "null"}
_LIMITS: Final = ("pattern", "minLength", "maxLength", "minimum", "maximum")
_SIZES: Final = ("minItems", "maxItems", "minProperties", "maxProperties")
_KEPT: Final = ("type", "required", "enum", "not", "oneOf", "anyOf", *_LIMITS, *_SIZES)
_OF_THE_FORMAT: Final = {"minimum": MIN_INT64, "maximum": MAX_INT64}
_NUMBER_OR_TEXT: Final = [{"type": "integer"}, {"type": "string"}]

# Documents take what Unicode says is blank for blank; RE2's `\s`, which the API server reads, is ASCII's alone.
_BLANKS: Final = r"\S"
_NOT_BLANK: Final = r"[^\s\v\x1c-\x1f\x85\pZ]"


def structural(model: type[BaseModel]) -> Schema:
    """The structural schema of documents of the shape `model`, without their metadata and status."""
    schema = model.model_json_schema()
    return _Structure(schema.pop("$defs")).of(schema)


class _Structure:
    """Turns the schemas that refer to `definitions` into ones that stand alone."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def of(self, schema: Schema) -> Schema:
        """The structural schema that takes what `schema` takes, or more where none can say it."""
        name, schema = self._resolved(schema)
        types = _types(schema)
        described = {"description": " ".join(schema["description"].split())} if "description" in schema else {}
        if types == {"integer", "string"}:
            return {**described, **_number_or_text(schema)}
        if len(types) != 1:
            return {**described, ANYTHING: True}
        shaped = {**described, **self._typed(schema)}
        validations = list(rules(name))
        if fields := _exclusive(shaped.get("oneOf", ())):
            # A rule says in words what a junctor would not.
            del shaped["oneOf"]
            validations.insert(0, exactly_one(fields))
        if validations:
            shaped["x-kubernetes-validations"] = [each.written() for each in validations]
        return shaped

    def _resolved(self, schema: Schema) -> tuple[str, Schema]:
        """What `schema` is, with what it refers to put in, and the name of that."""
        alternatives = [each for each in schema.get("anyOf", ()) if each != _NULL]
        if "anyOf" in schema and len(alternatives) < len(schema["anyOf"]):
            rest = {key: entry for key, entry in schema.items() if key != "anyOf"}
            schema = {**alternatives[0], **rest} if len(alternatives) == 1 else {**rest, "anyOf": alternatives}
        if "$ref" not in schema:
            return "", schema
        name = schema["$ref"].rpartition("/")[2]
        rest = {key: entry for key, entry in schema.items() if key != "$ref"}
        return name, {**self._definitions[name], **rest}

    def _typed(self, schema: Schema) -> Schema:
        """`schema`, which is of one type."""
        kept: Schema = {key: schema[key] for key in _KEPT if key in schema}
        if "const" in schema:
            kept["enum"] = [schema["const"]]
        if kept.get("pattern") == _BLANKS:
            kept["pattern"] = _NOT_BLANK
        match kept["type"]:
            case "integer":
                kept = {**_without_own_bounds(kept), "format": "int64"}
            case "array":
                kept |= {"items": self.of(schema["items"]), **_list_type(list_key(self._item(schema)))}
            case "object":
                kept |= self._members(schema)
            case _:
                pass
        return kept

    def _item(self, schema: Schema) -> str:
        """The name of the shape of a list's items."""
        return self._resolved(schema["items"])[0]

    def _members(self, schema: Schema) -> Schema:
        """The fields of an object, or what all values of a map are."""
        # What keys look like can't be said of maps, nor can a rule afford to look at them.
        values = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")][0]
        if values:
            return {"additionalProperties": self.of(values)}
        return {"properties": {name: self.of(field) for name, field in schema["properties"].items()}}


def _types(schema: Schema) -> set[str]:
    """The types that values of `schema` may have."""
    given = schema.get("type")
    if given is None:
        return {each for alternative in schema["anyOf"] for each in _types(alternative)}
    return {given} if isinstance(given, str) else set(given)


def _number_or_text(schema: Schema) -> Schema:
    """What a whole number or a text may be; the limits of each hold for it alone."""
    limits = {key: each[key] for each in schema["anyOf"] for key in _LIMITS if key in each}
    if limits.get("pattern") == _BLANKS:
        limits["pattern"] = _NOT_BLANK
    return {"x-kubernetes-int-or-string": True, "anyOf": _NUMBER_OR_TEXT, **limits}


def _without_own_bounds(schema: Schema) -> Schema:
    """`schema` of numbers of 64 bits, without the bounds that all of them have."""
    return {key: entry for key, entry in schema.items() if (key, entry) not in _OF_THE_FORMAT.items()}


def _exclusive(alternatives: Sequence[Schema]) -> list[str]:
    """The fields of which an object has exactly one, where each of `alternatives` requires one; else none."""
    required: list[list[str]] = [each.get("required", []) for each in alternatives]
    return [name for names in required for name in names] if all(required) else []


def _list_type(key: str | None) -> Schema:
    """How lists merge whose entries differ by `key`, if they do."""
    if key is None:
        return {"x-kubernetes-list-type": "atomic"}
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}
