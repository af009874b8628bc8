"""Subjects and resources, as an access names them and with what the Catalog knows of them.

What the request says of one counts first: whoever guards a resource has looked
at it, and the Catalog has not. Where each property came from is said, so that
a policy can want it from the Catalog.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from interlock.intents.fields import mapping, refuse, required_text
from interlock.intents.paths import member, members
from interlock.model.entities import EntityEntry

Lookup: TypeAlias = Callable[[str, str], EntityEntry | None]
"""What the Catalog knows of a type and an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A subject or a resource; `sources` says of each property where it came from."""

    type: str
    id: str
    properties: dict[str, Any]
    sources: dict[str, str]

    def provenance(self, path: str) -> dict[str, str]:
        """Where each property came from, by where it is in the Intent: below `path`."""
        return {member(path, key): source for key, source in self.sources.items()}


def entity(body: dict[str, Any], key: str, lookup: Lookup) -> Entity:
    """The subject or resource that `body` names under `key`, completed by what `lookup` finds.

    Raises:
        RequestError: it is not there, lacks its type or id, or has one of a wrong type.
    """
    given = required_mapping(body, key)
    type_, id_ = required_text(given, "type", key), required_text(given, "id", key)
    properties = mapping(given, "properties", key)
    sources = {name: members(key, "properties", name) for name in properties}
    entry = lookup(type_, id_)
    if entry is not None:
        place = members("catalog", f"{key}s", entry.label, "properties")
        sources = {name: member(place, name) for name in entry.properties} | sources
        properties = {**entry.properties, **properties}
    return Entity(type=type_, id=id_, properties=properties, sources=sources)


def required_mapping(body: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under `key` of the body, which is there. Raises RequestError."""
    if body.get(key) is None:
        refuse(key, "an object")
    return mapping(body, key, "")
