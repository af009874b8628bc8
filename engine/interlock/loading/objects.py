"""What expressions know of `object`, the Kubernetes object of a workload.

Its type comes from the schema of its kind: Kubernetes' own, or that of a
CustomResourceDefinition that stands beside the policies. Where no schema is
known, the object is dynamic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import re2

from interlock.cel.declarations import Declarations
from interlock.cel.environment import Environment
from interlock.cel.schemas.kinds import CustomKind, custom_kinds, declare_custom, declare_kind
from interlock.cel.schemas.nodes import SchemaError
from interlock.cel.schemas.openapi import Declared
from interlock.documents.document import Document
from interlock.documents.nodes import MappingNode, ScalarNode
from interlock.errors import Problem
from interlock.schemas.kinds import Kind, kubernetes
from interlock.spans import SourceText

OBJECT: Final = "object"
CRD: Final = "CustomResourceDefinition"

_READ = re2.compile(r"(?:^|[^.\w`'\"])object\b")


@dataclass(frozen=True)
class Schemas:
    """The schemas of kinds: `custom` ones beside Kubernetes' own."""

    custom: tuple[CustomKind, ...] = ()

    def scopes(self, scope: Environment, kind: str) -> tuple[Environment, ...]:
        """`scope` with the type of objects of `kind`, for each API version of it; none without a schema."""
        declared = (_declared(scope.declarations, each) for each in self._by_kind.get(kind, ()))
        return tuple(_with_object(scope, each) for each in declared)

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Kind | CustomKind, ...]]:
        found: dict[str, list[Kind | CustomKind]] = {}
        known: tuple[Kind | CustomKind, ...] = (*self.custom, *kubernetes().kinds)
        for each in known:
            found.setdefault(each.name, []).append(each)
        return {name: tuple(kinds) for name, kinds in found.items()}


def reads_object(sources: Iterable[SourceText]) -> bool:
    """Whether one of `sources` may read the variable `object`."""
    return any(_READ.search(source.text) for source in sources)


def is_schema(document: Document) -> bool:
    """Whether `document` defines a custom resource."""
    entries = document.root.entries if isinstance(document.root, MappingNode) else {}
    kind = entries["kind"].node if "kind" in entries else None
    return isinstance(kind, ScalarNode) and kind.value == CRD


def read_schemas(documents: Iterable[Document]) -> tuple[Schemas, list[Problem]]:
    """The kinds that `documents` define, and everything that is wrong with them."""
    custom: list[CustomKind] = []
    problems: list[Problem] = []
    for document in documents:
        try:
            found = list(custom_kinds(_mapping(document)))
            for kind in found:
                declare_custom(Declarations({}), kind)
        except SchemaError as error:
            problems.append(document.problem(error.path, error.message))
        else:
            custom += found
    return Schemas(tuple(custom)), problems


def _mapping(document: Document) -> Mapping[str, object]:
    read = document.plain()
    return read if isinstance(read, dict) else {}


def _declared(declarations: Declarations, kind: Kind | CustomKind) -> Declared:
    if isinstance(kind, CustomKind):
        return declare_custom(declarations, kind)
    return declare_kind(declarations, kind)


def _with_object(scope: Environment, declared: Declared) -> Environment:
    variables = {**scope.variables, OBJECT: declared.type}
    return replace(scope, declarations=declared.declarations, variables=variables)
