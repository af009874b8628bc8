"""An OpenAPI v3 or structural schema as message types.

A definition is one message however often it is referred to, so that recursive
schemas end. Protocol buffers know no list or map in a list or map: such a
field is `list(dyn)` or `map(string, dyn)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from interlock.cel.declarations import Declarations
from interlock.cel.descriptors import entry_name
from interlock.cel.schemas.names import joined, message_name, selectors
from interlock.cel.schemas.nodes import Node, Path, SchemaError, mapping
from interlock.cel.schemas.shapes import Dynamic, Entries, Items, Members, Scalar, shape_of
from interlock.cel.types import DYN, STRING, CelType, list_of, map_of
from interlock.schemas.kinds import Schema
from interlock.spelling import quoted

MAX_NODES: Final = 50_000
"""How many nodes the schemas of one declaration may have."""

VALIDATIONS: Final = "x-kubernetes-validations"
"""The key of a schema's own rules."""

_NESTED: Final = "it is a list or map of lists or maps, which have no type here"
_UNNAMED: Final = "a map of its name has no type here"

_Typed: TypeAlias = tuple[CelType, str | None]
"""A type, and why it is dynamic or holds what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A schema's type among the declarations that it needs.

    `why_dynamic` is set where the type is `dyn` or holds it; `validated` are the nodes
    that carry rules of their own, each with its type and the rules as they were written.
    """

    declarations: Declarations
    type: CelType
    why_dynamic: str | None
    validated: Mapping[Path, tuple[CelType, Any]]


def declare_schema(
    declarations: Declarations,
    schema: Schema,
    *,
    name: str,
    definitions: Mapping[str, Schema],
    path: Path = (),
) -> Declared:
    """`declarations` and the messages of `schema`, which is called `name` and stands at `path`.

    Raises:
        SchemaError: the schema is malformed, too large, too deep or refers to what `definitions` lack.
    """
    declarer = _Declarer(
        definitions, dict(declarations.fields), dict(declarations.keys), dict(declarations.dynamic)
    )
    type_, reason = declarer.type_of(Node(path, mapping(schema, path)), name)
    while declarer.pending:
        declarer.declare(*declarer.pending.pop())
    return Declared(
        declarations=Declarations(declarer.fields, declarer.keys, declarer.dynamic),
        type=type_,
        why_dynamic=reason,
        validated=declarer.validated,
    )


@dataclass(slots=True)
class _Declarer:
    """The declarations so far, and the objects whose fields are still to be declared."""

    definitions: Mapping[str, Schema]
    fields: dict[str, Mapping[str, CelType]]
    keys: dict[str, Mapping[str, str]]
    dynamic: dict[tuple[str, str], str]
    validated: dict[Path, tuple[CelType, Any]] = field(default_factory=dict)
    pending: list[tuple[CelType, str, Members]] = field(default_factory=list)
    messages: dict[str, CelType] = field(default_factory=dict)
    nodes: int = 0

    def type_of(self, node: Node, name: str) -> _Typed:
        """The type of `node`, whose objects are called `name`."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise SchemaError(node.path[:3], f"has more than {MAX_NODES} nodes")
        typed = self._type_of(self._resolved(node), name)
        if VALIDATIONS in node.schema:
            self.validated[node.path] = typed[0], node.schema[VALIDATIONS]
        return typed

    def _type_of(self, node: Node, name: str) -> _Typed:
        match shape_of(node):
            case Scalar(type_):
                return type_, None
            case Dynamic(reason):
                return DYN, reason
            case Items(element):
                inner, why = self.type_of(element, name)
                return list_of(inner), why
            case Entries(value):
                inner, why = self.type_of(value, name)
                return map_of(STRING, inner), why
            case Members() as members:
                return self._message(node, name, members), None

    def _resolved(self, node: Node) -> Node:
        """What `node` refers to, itself or through the one schema that all its values satisfy."""
        while True:
            alternatives = node.schema.get("allOf")
            if "$ref" in node.schema:
                node = self._definition(node)
            elif "type" not in node.schema and isinstance(alternatives, list) and len(alternatives) == 1:
                node = node.child("allOf", 0)
            else:
                return node

    def _definition(self, node: Node) -> Node:
        reference = node.schema["$ref"]
        if not isinstance(reference, str):
            raise SchemaError((*node.path, "$ref"), "must be text")
        name = reference.rpartition("/")[2]
        if name not in self.definitions:
            raise SchemaError((*node.path, "$ref"), f"refers to {quoted(reference)}, which isn't there")
        # The path goes on, so that what refers to itself without an object between gets too deep.
        found = Node(node.path, {"$ref": self.definitions[name]}).child("$ref")
        return Node(found.path, found.schema, name)

    def _message(self, node: Node, name: str, members: Members) -> CelType:
        """The message of an object, which is declared later unless it is already."""
        if node.definition is None:
            return self._announced(name, members)
        if node.definition not in self.messages:
            self.messages[node.definition] = self._announced(node.definition.rpartition(".")[2], members)
        return self.messages[node.definition]

    def _announced(self, name: str, members: Members) -> CelType:
        message = CelType(message_name(name, self.fields))
        self.fields[message.name] = {}
        self.pending.append((message, name, members))
        return message

    def declare(self, message: CelType, name: str, members: Members) -> None:
        """Fills in the fields of `message`; a key that CEL can't write has none."""
        typed = {
            key: _as_field(*self.type_of(node, joined(name, key))) for key, node in members.properties.items()
        }
        keys = {selector: key for key in typed for selector in selectors(key)}
        taken = set(keys)
        table: dict[str, CelType] = {}
        for selector, key in keys.items():
            table[selector], reason = _beside(taken, selector, *typed[key])
            if reason is not None:
                self.dynamic[message.name, selector] = reason
        self.fields[message.name], self.keys[message.name] = table, keys


def _as_field(type_: CelType, reason: str | None) -> _Typed:
    """`type_` as far as a field can have it."""
    match type_:
        case CelType("list", (CelType("list" | "map"),)):
            return list_of(DYN), _NESTED
        case CelType("map", (_, CelType("list" | "map"))):
            return map_of(STRING, DYN), _NESTED
        case _:
            return type_, reason


def _beside(taken: set[str], name: str, type_: CelType, reason: str | None) -> _Typed:
    """`type_`, unless its entries can't be called as they must: their name is added to those `taken`."""
    if type_.name != "map" or type_ == map_of(STRING, DYN):
        return type_, reason
    entries = entry_name(name)
    if entries in taken or not entries.isidentifier():
        return DYN, _UNNAMED
    taken.add(entries)
    return type_, reason
