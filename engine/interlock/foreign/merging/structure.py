"""How values merge, read from their schema as the API server reads it. Pure.

Source: k8s.io/kube-openapi/pkg/schemaconv. Lists and maps are atomic, or their
parts are known by a key or by their value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from interlock.cel.schemas.shapes import EMBEDDED
from interlock.schemas.kinds import OBJECT_META, Schema

_MAP_TYPE: Final = "x-kubernetes-map-type"
_LIST_TYPE: Final = "x-kubernetes-list-type"
_LIST_KEYS: Final = "x-kubernetes-list-map-keys"
_KEEPS_UNKNOWN: Final = "x-kubernetes-preserve-unknown-fields"
_RAW: Final = "io.k8s.apimachinery.pkg.runtime.RawExtension"


class Scalar(StrEnum):
    """What a value that has no parts may be."""

    TEXT = "string"
    NUMBER = "numeric (int or float)"
    BOOLEAN = "boolean"
    ANY = "any scalar"


class Relation(StrEnum):
    """What tells the elements of a list from each other: nothing, their value, or some of their fields."""

    ATOMIC = "atomic"
    SET = "set"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of `element`; the `keys` tell its elements from each other where they are known by them."""

    element: "Structure"
    relation: Relation
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """A map: its fields by name, and what any other one is; None where there is no other."""

    named: Mapping[str, "Structure"]
    other: "Structure | None"
    is_atomic: bool

    def of(self, name: str) -> "Structure | None":
        """The structure of a field; None where the schema has no such field."""
        return self.named.get(name, self.other)


_RELATIONS: Final = {each.value: each for each in Relation}
_SCALARS: Final = {
    "string": Scalar.TEXT,
    "integer": Scalar.NUMBER,
    "number": Scalar.NUMBER,
    "boolean": Scalar.BOOLEAN,
}
_EMBEDDED: Final[Mapping[str, Schema]] = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"$ref": f"#/definitions/{OBJECT_META}"},
}


@dataclass(frozen=True, eq=False)
class Structure:
    """The values at one place: what `schema` lets them be, of scalars, lists and maps.

    `is_own` says that they are objects of one of Kubernetes' own kinds.
    """

    schema: Schema
    definitions: Mapping[str, Schema]
    keeps_unknown: bool = False
    is_own: bool = False

    @cached_property
    def scalar(self) -> Scalar | None:
        """What it is where it has no parts."""
        return _SCALARS.get(self._type, None if self._type else Scalar.ANY)

    @cached_property
    def items(self) -> Items | None:
        """What it is where it is a list."""
        if self._type not in {"", "array"}:
            return None
        element = self.schema.get("items")
        relation = _RELATIONS.get(str(self.schema.get(_LIST_TYPE)), Relation.ATOMIC)
        keys = self.schema.get(_LIST_KEYS) if relation is Relation.MAP else ()
        inner = UNTYPED if element is None else self._below(element)
        return Items(inner, relation, tuple(map(str, keys)) if isinstance(keys, list) else ())

    @cached_property
    def fields(self) -> Fields | None:
        """What it is where it is a map."""
        if self._type not in {"", "object"}:
            return None
        given = dict(self.schema.get("properties", {}))
        if self.schema.get(EMBEDDED) is True:
            given |= _EMBEDDED
        named = {name: self._below(each) for name, each in given.items()}
        return Fields(named, self._other(has_names=bool(named)), self.schema.get(_MAP_TYPE) == "atomic")

    @cached_property
    def _type(self) -> str:
        """The one type beside null; empty where it may be anything."""
        given = self.schema.get("type", "")
        types = [each for each in (given if isinstance(given, list) else [given]) if each != "null"]
        return str(types[0]) if len(types) == 1 else ""

    def _other(self, *, has_names: bool) -> "Structure | None":
        more: Any = self.schema.get("additionalProperties")
        if isinstance(more, Mapping):
            return self._below(more)
        if more is True or (more is None and (self._keeps_unknown or not has_names)):
            return DEDUCED
        return None

    @property
    def _keeps_unknown(self) -> bool:
        return self.keeps_unknown or self.schema.get(_KEEPS_UNKNOWN) is True

    def _below(self, schema: Schema) -> "Structure":
        return structure_of(schema, self.definitions, keeps_unknown=self._keeps_unknown)


DEDUCED: Final = Structure({}, {})
"""Anything: maps merge, lists are atomic."""

UNTYPED: Final = Structure({_MAP_TYPE: "atomic"}, {})
"""Anything, and all of it atomic."""


def structure_of(
    schema: Schema, definitions: Mapping[str, Schema], *, keeps_unknown: bool = False
) -> Structure:
    """How values of `schema` merge, whose references lead to `definitions`.

    What refers to a definition may say itself whether that is atomic.
    """
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return Structure(schema, definitions, keeps_unknown)
    name = reference.rpartition("/")[2]
    if name == _RAW:
        return UNTYPED
    said = {_MAP_TYPE: schema[_MAP_TYPE]} if _MAP_TYPE in schema else {}
    return structure_of({**definitions[name], **said}, definitions)
