"""A number that an object says, and what of it can't be known."""

from dataclasses import dataclass
from typing import Final

MAX_INT32: Final = 2**31 - 1
"""The greatest number of pods that an object can ask for."""


@dataclass(frozen=True, slots=True)
class Number:
    """How many, the field that says so, and what of it can't be known; the texts may be empty."""

    count: int
    source: str = ""
    note: str = ""
