"""Ranges of sizes and costs: unsigned 64-bit integers that stop at their maximum instead of overflowing."""

import math
from dataclasses import dataclass
from typing import Final

MAX: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Range:
    """From `min` to `max`, both included."""

    min: int
    max: int

    def __add__(self, other: "Range") -> "Range":
        return Range(saturated(self.min + other.min), saturated(self.max + other.max))

    def __mul__(self, other: "Range") -> "Range":
        return Range(saturated(self.min * other.min), saturated(self.max * other.max))

    def __or__(self, other: "Range") -> "Range":
        return Range(min(self.min, other.min), max(self.max, other.max))

    def scaled(self, factor: float) -> "Range":
        """Both ends times `factor`, rounded up."""
        return Range(scaled(self.min, factor), scaled(self.max, factor))


def exactly(value: int) -> Range:
    """The range of one value."""
    return Range(value, value)


UNKNOWN: Final = Range(0, MAX)
ZERO: Final = exactly(0)
ONE: Final = exactly(1)
NOTHING: Final = Range(MAX, 0)
"""The range of no value at all, to be united with others."""


def saturated(value: int) -> int:
    """`value`, or the maximum where it is more."""
    return min(value, MAX)


def scaled(value: int, factor: float) -> int:
    """`value` times `factor`, rounded up; both are floating point numbers, as in Kubernetes."""
    product = float(value) * factor
    return MAX if product >= float(MAX) else math.ceil(product)
