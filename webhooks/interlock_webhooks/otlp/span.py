"""One span, and what it says of a hold, whatever it was encoded in. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from interlock.checks.ending import Ending

Value: TypeAlias = str | bool | int | float
"""A value of an attribute, as far as any that we read is one."""


class Span(Struct, frozen=True, kw_only=True):
    """A span: its attributes, when it ended in Unix nanoseconds, and whether what it is of failed."""

    attributes: Mapping[str, Value]
    ended: int
    failed: bool


class Report(Struct, frozen=True, kw_only=True):
    """What a span says of the hold that its call was made under: tokens by what they are, of which model."""

    hold: str
    ending: Ending
    tokens: Mapping["Tokens", int]
    model: str | None
    provider: str | None
    ended: int


class Tokens(StrEnum):
    """What tokens are counted as. Each sort is counted among those of its side, too, and `TOTAL` has all."""

    INPUT = "input"
    OUTPUT = "output"
    TOTAL = "total"
    CACHE_READ = "cacheRead"
    CACHE_WRITE = "cacheWrite"
    INPUT_AUDIO = "inputAudio"
    OUTPUT_AUDIO = "outputAudio"
    REASONING = "reasoning"
