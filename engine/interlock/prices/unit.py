"""What usage is counted in: tokens of some sort, searches, seconds and so on. Pure.

A unit is part of another where it says all that the other says and more:
tokens read from a cache are input tokens too, and are counted among them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Side(StrEnum):
    """What a unit is charged as."""

    INPUT = "input"
    OUTPUT = "output"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit by its name in price lists, with what it says of what it counts."""

    name: str
    dimensions: frozenset[tuple[str, str]]

    @property
    def side(self) -> Side:
        """Input, output, or neither of the two."""
        return next((Side(value) for key, value in self.dimensions if key == "direction"), Side.OTHER)

    @property
    def family(self) -> str:
        """What is counted, such as `tokens`."""
        return next((value for key, value in self.dimensions if key == "family"), "")

    @property
    def wire_name(self) -> str:
        """The name in JSON, such as `cacheReadTokens`."""
        first, *others = self.name.split("_")
        return first + "".join(map(_capital, others))

    def has_part(self, other: "Unit") -> bool:
        """Whether all that `other` counts is counted in this unit too."""
        return self.dimensions < other.dimensions

    def overlaps(self, other: "Unit") -> bool:
        """Whether something could count in both, though neither is a part of the other."""
        theirs = dict(other.dimensions)
        return (
            all(theirs.get(key, value) == value for key, value in self.dimensions)
            and not self.dimensions <= other.dimensions
            and not other.dimensions <= self.dimensions
        )


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


INPUT_TOKENS: Final = Unit("input_tokens", frozenset({("family", "tokens"), ("direction", "input")}))
"""All tokens of a prompt, those read from or written to a cache among them."""

OUTPUT_TOKENS: Final = Unit("output_tokens", frozenset({("family", "tokens"), ("direction", "output")}))
"""All tokens that a model made, those of its reasoning among them."""


def _sort(name: str, whole: Unit, key: str, value: str) -> Unit:
    return Unit(name, whole.dimensions | {(key, value)})


CACHE_READ_TOKENS: Final = _sort("cache_read_tokens", INPUT_TOKENS, "token_type", "cache_read")
CACHE_WRITE_TOKENS: Final = _sort("cache_write_tokens", INPUT_TOKENS, "token_type", "cache_write")
REASONING_TOKENS: Final = _sort("output_reasoning_tokens", OUTPUT_TOKENS, "token_type", "reasoning")
INPUT_AUDIO_TOKENS: Final = _sort("input_audio_tokens", INPUT_TOKENS, "modality", "audio")
OUTPUT_AUDIO_TOKENS: Final = _sort("output_audio_tokens", OUTPUT_TOKENS, "modality", "audio")

REQUESTS: Final = Unit("requests", frozenset({("family", "requests")}))
"""Calls of a model. A usage is of one call."""
