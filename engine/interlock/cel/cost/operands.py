"""What is known of the arguments of a call before it is made, and what can be said of the call then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.cel.cost import limits
from interlock.cel.cost.ranges import ONE, UNKNOWN, Range
from interlock.cel.types import CelType


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """An argument before it is evaluated; `items` is the size of its elements, where it is a list.

    `literal` is its value where that is written down, and otherwise None.
    """

    size: Range
    type: CelType
    items: Range = UNKNOWN
    literal: Any = None


@dataclass(frozen=True, slots=True)
class CallEstimate:
    """A call's own cost, and the size of its result, where the rule says."""

    cost: Range
    size: Range | None = None


Rule = Callable[[Sequence[Operand]], CallEstimate]


def scan(size: Range) -> Range:
    """What it may cost to look at each character of a text of this size."""
    return size.scaled(limits.TRAVERSAL)


def search(text: Range, pattern: Range) -> Range:
    """What it may cost to look for a pattern in a text, of these sizes."""
    return scan(text + ONE) * pattern.scaled(limits.PATTERN)
