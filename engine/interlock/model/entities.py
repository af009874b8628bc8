"""Subjects and resources that the platform knows by name, and what can be done with resources.

They are what AuthZEN asks about: an access says who wants to do what with
which resource, and mostly not what is known of the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

EntityKey: TypeAlias = tuple[str, str]
"""A type and an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityEntry:
    """A subject or a resource: its type, its id, and what is known of it, as JSON."""

    type: str
    id: str
    properties: Mapping[str, Any]

    @property
    def key(self) -> EntityKey:
        """What it is told from others by."""
        return self.type, self.id

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceTypeEntry:
    """What can be done with resources of one type: the names of operations, in order."""

    name: str
    operations: tuple[str, ...]

    @property
    def key(self) -> tuple[str]:
        """What it is told from others by."""
        return (self.name,)
