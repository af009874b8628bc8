"""What goes with a decision: obligations bind whoever enforces it, advice does not."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from interlock.identity import ObligationName, PolicyName

Value: TypeAlias = int | str | bool | frozenset[str]


class Merge(StrEnum):
    """How values that several rules give one obligation become one."""

    MIN = "min"
    """The lowest number."""

    MAX = "max"
    """The highest number."""

    UNION = "union"
    """All names of all."""

    INTERSECTION = "intersection"
    """The names that all have; where there is none, the rules conflict."""

    EQUAL = "equal"
    """The one value of all; where they differ, the rules conflict."""


class Obligation(Struct, frozen=True):
    """What one rule obliges to, or advises. `value` is of the sort that `merge` merges."""

    name: ObligationName
    merge: Merge
    value: Value


class Due(Struct, frozen=True):
    """What a decision obliges to, or advises, merged over the rules it rests on, and their policies, sorted."""

    name: ObligationName
    value: Value
    policies: tuple[PolicyName, ...]
