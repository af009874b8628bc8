"""Declarations of Kubernetes' built-in kinds and of those that a CRD defines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.declarations import Declarations
from interlock.cel.schemas.nodes import Path, SchemaError, mapping
from interlock.cel.schemas.openapi import Declared, declare_schema
from interlock.cel.schemas.shapes import EMBEDDED
from interlock.schemas.kinds import Kind, kubernetes

_SCHEMA: Final = ("schema", "openAPIV3Schema")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomKind:
    """One served version of a CRD's kind; its schema stands at `path` of the document.

    `plural` is what its objects are called in paths.
    """

    api_version: str
    name: str
    plural: str
    path: Path
    schema: Mapping[str, Any]


def declare_kind(declarations: Declarations, kind: Kind) -> Declared:
    """`declarations` and the messages of a built-in kind."""
    reference = {"$ref": f"#/definitions/{kind.definition}"}
    return declare_schema(declarations, reference, name=kind.name, definitions=kubernetes().definitions)


def declare_custom(declarations: Declarations, kind: CustomKind) -> Declared:
    """`declarations` and the messages of a custom kind, which has the metadata of every object.

    Raises:
        SchemaError: its schema can't be read.
    """
    schema = {**kind.schema, EMBEDDED: True}
    return declare_schema(
        declarations, schema, name=kind.name, definitions=kubernetes().definitions, path=kind.path
    )


def custom_kinds(document: Mapping[str, Any]) -> Iterator[CustomKind]:
    """The kinds that a CustomResourceDefinition serves, in the order of its versions.

    Raises:
        SchemaError: it is none.
    """
    spec = mapping(document.get("spec"), ("spec",))
    group = _text(spec, "group", path=("spec",))
    names = mapping(spec.get("names"), ("spec", "names"))
    name = _text(names, "kind", path=("spec", "names"))
    plural = _text(names, "plural", path=("spec", "names"))
    versions = spec.get("versions")
    if not isinstance(versions, list):
        raise SchemaError(("spec", "versions"), "must be a list")
    for index, each in enumerate(versions):
        here = ("spec", "versions", index)
        version = mapping(each, here)
        if version.get("served") is not True:
            continue
        schema: Any = version
        for key in _SCHEMA:
            schema = mapping(schema.get(key), (*here, *_SCHEMA))
        yield CustomKind(
            api_version=f"{group}/{_text(version, 'name', path=here)}",
            name=name,
            plural=plural,
            path=(*here, *_SCHEMA),
            schema=schema,
        )


def _text(found: Mapping[str, Any], key: str, *, path: Path) -> str:
    value = found.get(key)
    if not isinstance(value, str):
        raise SchemaError((*path, key), "must be text")
    return value
