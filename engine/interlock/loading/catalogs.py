"""One Catalog out of many documents, over the one that ships with Interlock.

A name has one entry: twice among an author's catalogs is a problem, while an
author's entry replaces what the shipped one says of the same name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TypeAlias, TypeVar

from interlock.documents.document import Document, read_documents
from interlock.documents.nodes import Path
from interlock.documents.source import Source
from interlock.errors import AuthorError, Problem
from interlock.loading.decode.catalog import decode_catalog
from interlock.loading.kinds.catalog import AcceleratorShape, CatalogDocument, ModelShape, ToolShape
from interlock.loading.kinds.devices import DeviceClassShape, DeviceShape
from interlock.loading.validate import validate
from interlock.model.catalog import AcceleratorEntry, Catalog, ModelEntry, ToolEntry
from interlock.model.devices import DeviceClassEntry, DeviceEntry
from interlock.model.entities import EntityEntry, ResourceTypeEntry
from interlock.spelling import quoted

_Entry = TypeVar("_Entry", ModelEntry, AcceleratorEntry, ToolEntry, DeviceEntry, DeviceClassEntry)
_Keyed = TypeVar("_Keyed", EntityEntry, ResourceTypeEntry)
_Shape: TypeAlias = ModelShape | AcceleratorShape | ToolShape | DeviceShape | DeviceClassShape
_Place: TypeAlias = tuple[Document, Path]
_Name: TypeAlias = tuple[str, ...]
"""What entries of one sort are told apart by: a name, or a type and an id."""


def combine(catalogs: Iterable[tuple[Document, CatalogDocument]]) -> tuple[Catalog, list[Problem]]:
    """All entries of `catalogs`, sorted by their names, and the names that occur twice."""
    problems: list[Problem] = []
    seen: dict[tuple[str, _Name], _Place] = {}
    found = Catalog()
    for document, shape in catalogs:
        found = _joined(found, decode_catalog(shape))
        for sort, name, path in (*_names(shape), *_entities(shape)):
            here: _Place = document, path
            there = seen.setdefault((sort, name), here)
            if there is not here:
                message = f"duplicate name {quoted(name[-1])}: {there[0].span(there[1])} has it already"
                problems.append(document.problem(path, message))
    return found, problems


def over(base: Catalog, own: Catalog) -> Catalog:
    """`own`, and of `base` what names nothing that `own` names, and no devices of drivers of its devices."""
    drivers = {device.driver for device in own.devices}
    return _joined(
        own,
        Catalog(
            models=_without(base.models, own.models),
            accelerators=_without(base.accelerators, own.accelerators),
            tools=_without(base.tools, own.tools),
            devices=tuple(device for device in base.devices if device.driver not in drivers),
            device_classes=_without(base.device_classes, own.device_classes),
            subjects=_unlisted(base.subjects, own.subjects),
            resources=_unlisted(base.resources, own.resources),
            resource_types=_unlisted(base.resource_types, own.resource_types),
        ),
    )


@cache
def shipped() -> Catalog:
    """The Catalog that ships with Interlock."""
    documents = [file for file in files("interlock.catalogs").iterdir() if file.name.endswith(".yaml")]
    catalog = catalog_of(
        Source(f"interlock/catalogs/{d.name}", d.read_text(encoding="utf-8")) for d in documents
    )
    return replace(catalog, models=tuple(replace(entry, is_shipped=True) for entry in catalog.models))


def catalog_of(sources: Iterable[Source]) -> Catalog:
    """The Catalog that the catalog documents of `sources` make. AuthorError with all their problems."""
    readings = [read_documents(source) for source in sources]
    checked = [validate(document) for reading in readings for document in reading.documents]
    catalog, repeated = combine((c.document, c.shape) for c in checked if isinstance(c.shape, CatalogDocument))
    problems = [p for reading in readings for p in reading.problems]
    problems += [p for one in checked for p in one.problems]
    if problems or repeated:
        raise AuthorError([*problems, *repeated])
    return catalog


def _names(shape: CatalogDocument) -> Iterator[tuple[str, _Name, Path]]:
    """Every name of an entry that has several: its sort, the name, and where it stands."""
    sorts: dict[str, Sequence[_Shape]] = {
        "models": shape.spec.models,
        "accelerators": shape.spec.accelerators,
        "tools": shape.spec.tools,
        "devices": shape.spec.devices,
        "deviceClasses": shape.spec.device_classes,
    }
    for sort, entries in sorts.items():
        for index, entry in enumerate(entries):
            for position, name in enumerate(entry.names):
                yield sort, (name,), ("spec", sort, index, "names", position)


def _entities(shape: CatalogDocument) -> Iterator[tuple[str, _Name, Path]]:
    """What every entry that has one name is called: its sort, the name, and where it stands."""
    spec = shape.spec
    for sort, entries in (("subjects", spec.subjects), ("resources", spec.resources)):
        for index, entry in enumerate(entries):
            yield sort, (entry.type, entry.id), ("spec", sort, index, "id")
    for index, type_ in enumerate(spec.resource_types):
        yield "resourceTypes", (type_.name,), ("spec", "resourceTypes", index, "name")


def _joined(one: Catalog, other: Catalog) -> Catalog:
    return Catalog(
        models=_sorted(one.models + other.models),
        accelerators=_sorted(one.accelerators + other.accelerators),
        tools=_sorted(one.tools + other.tools),
        devices=_sorted(one.devices + other.devices),
        device_classes=_sorted(one.device_classes + other.device_classes),
        subjects=_by_key(one.subjects + other.subjects),
        resources=_by_key(one.resources + other.resources),
        resource_types=_by_key(one.resource_types + other.resource_types),
    )


def _sorted(entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.names))


def _by_key(entries: tuple[_Keyed, ...]) -> tuple[_Keyed, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.key))


def _unlisted(base: tuple[_Keyed, ...], own: tuple[_Keyed, ...]) -> tuple[_Keyed, ...]:
    """What of `base` is not in `own`."""
    taken = {entry.key for entry in own}
    return tuple(entry for entry in base if entry.key not in taken)


def _without(base: tuple[_Entry, ...], own: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    """`base` less the names that `own` has."""
    taken = {name for entry in own for name in entry.names}
    kept = (replace(entry, names=tuple(n for n in entry.names if n not in taken)) for entry in base)
    return tuple(entry for entry in kept if entry.names)
