"""What may be found: what the Catalog lists, and the ids that policies name. Pure.

Nobody can list all that policies might allow. What is neither in the Catalog
nor named by a policy is not found, though an evaluation may allow it.
"""

from collections.abc import Iterator

from interlock.intents.callables import CALLS, MODEL, TOOL
from interlock.model.catalog import Catalog, ModelEntry, ToolEntry
from interlock.model.entities import EntityEntry
from interlock.search.query import Found, Query, Sought

_PATTERN = "*"


def candidates(catalog: Catalog, query: Query, named: frozenset[str]) -> tuple[Found, ...]:
    """All that may be found, each once, in the order of ids or names; `named` are the texts of policies."""
    type_ = query.type
    if query.sought is Sought.ACTION:
        return tuple({"name": name} for name in sorted({*named, *_operations(catalog, type_)}))
    if query.sought is Sought.SUBJECT:
        listed = {entry.id: entry for entry in catalog.subjects if entry.type == type_}
        ids = {*named, *listed}
    else:
        listed = {entry.id: entry for entry in catalog.resources if entry.type == type_}
        ids = {*named, *listed, *_callable(catalog, query)}
    stated = query.open.get("properties") or {}
    return tuple({"type": type_, "id": id_} for id_ in sorted(ids) if _fits(listed.get(id_), stated))


def _fits(entry: EntityEntry | None, stated: dict[str, object]) -> bool:
    """Whether nothing that the Catalog knows contradicts the properties that are wanted."""
    return entry is None or all(entry.properties.get(name, value) == value for name, value in stated.items())


def _operations(catalog: Catalog, type_: str) -> Iterator[str]:
    """The names of what can be done with resources of this type."""
    yield from CALLS.get(type_, ())
    for entry in catalog.resource_types:
        if entry.name == type_:
            yield from entry.operations


def _callable(catalog: Catalog, query: Query) -> Iterator[str]:
    """The ids of the tools and models of the Catalog; what a pattern stands for, nobody can list."""
    if query.type == MODEL:
        yield from _names(catalog.models)
    elif query.type == TOOL:
        server = (query.beside.get("caller") or {}).get("server")
        prefix = f"{server}/" if server else ""
        for name in _names(catalog.tools):
            if name.startswith(prefix):
                yield name.removeprefix(prefix)


def _names(entries: tuple[ModelEntry, ...] | tuple[ToolEntry, ...]) -> Iterator[str]:
    return (name for entry in entries for name in entry.names if _PATTERN not in name)
