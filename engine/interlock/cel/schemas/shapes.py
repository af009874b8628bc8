"""What the values of a schema look like to an expression, by the API server's rules.

The rules are those by which the API server types `self` in a CRD's validation
rules and `object` in an admission policy, with two differences. What it hides,
since the schema doesn't describe it, is dynamic here. And a text in the format
of a date, duration or bytes stays text, because that is what the raw object
holds: `timestamp(object.metadata.creationTimestamp)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from interlock.cel.schemas.nodes import Node, SchemaError
from interlock.cel.types import BOOL, DOUBLE, INT, STRING, CelType
from interlock.schemas.kinds import OBJECT_META
from interlock.spelling import quoted

_SCALARS: Final = {"boolean": BOOL, "integer": INT, "number": DOUBLE, "string": STRING}
_RESOURCE: Final = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"$ref": f"#/definitions/{OBJECT_META}"},
}

MAX_PROPERTIES: Final = 2_000
"""How many properties an object may have; the descriptors of protocol buffers end at some four thousand."""

EMBEDDED: Final = "x-kubernetes-embedded-resource"
"""The key that says of a schema that its values are objects of the API."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A boolean, number or text."""

    type: CelType


@dataclass(frozen=True, slots=True)
class Items:
    """A list of what `element` describes."""

    element: Node


@dataclass(frozen=True, slots=True)
class Entries:
    """A map from texts to what `value` describes."""

    value: Node


@dataclass(frozen=True, slots=True)
class Members:
    """An object with these properties and no others."""

    properties: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Anything, and the reason."""

    reason: str


Shape: TypeAlias = Scalar | Items | Entries | Members | Dynamic


def shape_of(node: Node) -> Shape:
    """The shape of the values of `node`, which is no reference.

    Raises:
        SchemaError: the schema is malformed.
    """
    if node.flag("x-kubernetes-int-or-string"):
        return Dynamic("its schema allows an integer or a string")
    types = sorted(node.types())
    match types:
        case []:
            return Dynamic("its schema doesn't say what it is")
        case ["array"]:
            return Items(node.child("items") if "items" in node.schema else Node((*node.path, "items"), {}))
        case ["object"]:
            return _object(node)
        case [name] if name in _SCALARS:
            return Scalar(_SCALARS[name])
        case [name]:
            raise SchemaError((*node.path, "type"), f"unknown type {quoted(name)}")
        case _:
            return Dynamic(f"its schema allows {' or '.join(types)}")


def _object(node: Node) -> Shape:
    properties = node.members("properties")
    values: Any = node.schema.get("additionalProperties")
    if isinstance(values, Mapping):
        return Entries(node.child("additionalProperties"))
    if properties or (node.flag(EMBEDDED) and not node.flag("x-kubernetes-preserve-unknown-fields")):
        return Members(_members(node, properties))
    if values is True:
        return Entries(Node((*node.path, "additionalProperties"), {}))
    return Dynamic("its schema doesn't name its fields")


def _members(node: Node, properties: Mapping[str, Any]) -> Mapping[str, Node]:
    """The properties by name, among them those that every object of the API has."""
    if len(properties) > MAX_PROPERTIES:
        raise SchemaError((*node.path, "properties"), f"has more than {MAX_PROPERTIES} entries")
    origin = node.origin()
    found = {name: origin.child("properties", name) for name in properties}
    if node.flag(EMBEDDED):
        for name, schema in _RESOURCE.items():
            found[name] = Node((*origin.path, "properties", name), schema)
    return found
