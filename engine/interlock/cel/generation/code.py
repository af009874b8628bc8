"""A piece of generated Python, and what is sure of its value."""

from dataclasses import dataclass
from typing import Any

from interlock.cel.types import DYN, CelType


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression, and the CEL type that its value is sure to have; `DYN` if none is."""

    text: str
    type: CelType = DYN
    literal: Any = None
    """The value of a literal, so that operators can prepare for it."""
