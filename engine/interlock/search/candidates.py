"""What may be found: what the Catalog lists, and the ids that policies name. Pure.

Nobody can list all that policies might allow. What is neither in the Catalog
nor named by a policy is not found, though an evaluation may allow it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from interlock.errors import RequestError
from interlock.intents.callables import CALLS, MODEL, TOOL
from interlock.model.catalog import Catalog, ModelEntry, ToolEntry
from interlock.model.entities import EntityEntry
from interlock.search.query import Found, Query, Sought

MOST_CANDIDATES: Final = 100_000
"""Ids that one search is about; with more of them it is refused."""

_PATTERN: Final = "*"


def candidates(catalog: Catalog, query: Query, named: frozenset[str]) -> tuple[Found, ...]:
    """All that may be found, each once, in the order of ids or names; `named` are the texts of policies.

    Raises:
        RequestError: they are more than a search looks at.
    """
    type_ = query.type
    if query.sought is Sought.ACTION:
        return tuple({"name": name} for name in sorted(bounded((*named, *_operations(catalog, type_)))))
    entries = catalog.subjects if query.sought is Sought.SUBJECT else catalog.resources
    listed = {entry.id: entry for entry in entries if entry.type == type_}
    called = _callable(catalog, query) if query.sought is Sought.RESOURCE else ()
    ids = bounded((*named, *listed, *called))
    stated = query.open.get("properties") or {}
    return tuple({"type": type_, "id": id_} for id_ in sorted(ids) if _fits(listed.get(id_), stated))


def bounded(ids: Iterable[str]) -> set[str]:
    """`ids`, each once. Raises RequestError where they are more than a search looks at."""
    found: set[str] = set()
    for each in ids:
        found.add(each)
        if len(found) > MOST_CANDIDATES:
            raise RequestError(f"the search is about more than {MOST_CANDIDATES} candidates", path="$")
    return found


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
        prefix = f"{query.server}/" if query.server else ""
        for name in _names(catalog.tools):
            if name.startswith(prefix):
                yield name.removeprefix(prefix)


def _names(entries: tuple[ModelEntry, ...] | tuple[ToolEntry, ...]) -> Iterator[str]:
    return (name for entry in entries for name in entry.names if _PATTERN not in name)
