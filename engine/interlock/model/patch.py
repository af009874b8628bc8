"""What policies changed in an object before it was decided."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from interlock.identity import PolicyName

Place: TypeAlias = tuple[str | int, ...]
"""The keys and indices from an object's root to a place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """The value that a place got, and the policies that it comes from, sorted."""

    path: Place
    value: Any
    policies: tuple[PolicyName, ...]


def spelled(path: Place) -> str:
    """How people write `path`: `spec.containers[0].image`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
