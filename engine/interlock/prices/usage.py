"""What one model call used, in counts by unit. Pure.

A whole includes its parts: `inputTokens` are all tokens of the prompt, those
read from a cache too. Counts are of tokens, searches, pages and the like and
so whole numbers, except for seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import isfinite
from typing import Final, TypeAlias

from interlock.errors import RequestError
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS, Unit
from interlock.units import Tokens

MOST: Final = 2**53
"""Larger numbers aren't exact in every JSON reader, and nobody uses so much in one call."""

Count: TypeAlias = int | Fraction

_SECONDS: Final = "durations"


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts by unit; what isn't reported isn't in it."""

    counts: Mapping[Unit, Count]

    @property
    def input_tokens(self) -> Tokens:
        """All tokens of the prompt."""
        return Tokens(int(self.counts.get(INPUT_TOKENS, 0)))

    @property
    def output_tokens(self) -> Tokens:
        """All tokens that the model made."""
        return Tokens(int(self.counts.get(OUTPUT_TOKENS, 0)))

    def count(self, unit: Unit) -> Count:
        """How many of `unit` were used; an error where parts of it are reported, and it isn't."""
        if unit in self.counts:
            return self.counts[unit]
        reported = [each for each, count in self.counts.items() if count]
        parts = [each.wire_name for each in reported if unit.has_part(each)] or _joined_to(unit, reported)
        if parts:
            named = ", ".join(f"`{name}`" for name in sorted(parts))
            raise RequestError(
                f"`{unit.wire_name}`: must be given, as {named} may be counted in it",
                path=f"$.{unit.wire_name}",
            )
        return 0


def _joined_to(unit: Unit, reported: list[Unit]) -> list[str]:
    """Two units, such as audio and cached tokens, of which what counts in both is `unit`."""
    for one, other in combinations(reported, 2):
        if one.overlaps(other) and unit.dimensions == one.dimensions | other.dimensions:
            return [one.wire_name, other.wire_name]
    return []


def count_of(value: object, unit: Unit, path: str) -> Count:
    """`value` of JSON as a count of `unit`."""
    if isinstance(value, float) and unit.family == _SECONDS and isfinite(value):
        # The shortest decimal that reads as this float is what stood in the JSON.
        count: Count = Fraction(Decimal(repr(value)))
    elif isinstance(value, int) and not isinstance(value, bool):
        count = value
    else:
        wanted = "a number" if unit.family == _SECONDS else "a whole number"
        raise RequestError(f"`{unit.wire_name}`: must be {wanted}", path=path)
    if not 0 <= count <= MOST:
        raise RequestError(f"`{unit.wire_name}`: must be between 0 and {MOST}", path=path)
    return count
