"""What policies add to an object before it is decided."""

from dataclasses import dataclass
from typing import TypeAlias

from interlock.identity import PolicyName

Scalar: TypeAlias = str | int | bool
Path: TypeAlias = tuple[str, ...]
"""The keys from an object's root to a place in it, all of them in objects."""


@dataclass(frozen=True, slots=True)
class Default:
    """A value for a place where an object has none."""

    path: Path
    value: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A default that was applied, and the policies that ask for it, sorted."""

    path: Path
    value: Scalar
    policies: tuple[PolicyName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Why a default could not be applied, and the policies that ask for it, sorted."""

    path: Path
    reason: str
    policies: tuple[PolicyName, ...]
