"""What policies change in an object before it is decided: constants, in three strata."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeAlias

from interlock.spans import SourceText, Span

Scalar: TypeAlias = str | int | bool

Pattern: TypeAlias = tuple[str, ...]
"""Keys from an object's root to a place in it; `EACH` stands for every item of a list."""

EACH: Final = "*"


class Stratum(IntEnum):
    """When a mutation is made. All of one stratum see the object as it was before any of them."""

    DEFAULT = 0
    BOUND = 1
    LOCK = 2


@dataclass(frozen=True, slots=True)
class Default:
    """A value for a place where the object has none."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Clamp:
    """Bounds, both included, that a number is brought within, where there is one."""

    ceiling: int | None = None
    floor: int | None = None


@dataclass(frozen=True, slots=True)
class Union:
    """Items that a list has, in canonical order after its own where it lacked them."""

    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Lock:
    """The value of a place, whatever it had; with `instead`, where it had one of those values."""

    value: Scalar
    instead: tuple[Scalar, ...] = ()


Change: TypeAlias = Default | Clamp | Union | Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A change to the places of `path`, where `when`, which reads the object alone, is true."""

    path: Pattern
    change: Change
    when: SourceText | None = None
    span: Span

    @property
    def stratum(self) -> Stratum:
        """When it is made."""
        match self.change:
            case Default():
                return Stratum.DEFAULT
            case Lock():
                return Stratum.LOCK
            case _:
                return Stratum.BOUND
