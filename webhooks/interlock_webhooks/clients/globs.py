"""Texts that are meant by patterns in which `*` stands for any characters, also none. Pure.

No regular expression: what is matched comes with requests, and may be any text.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

_ANY: Final = "*"


class Globs(Struct, frozen=True):
    """The texts that one of `patterns` means; without patterns, none."""

    patterns: tuple[str, ...]
    words: frozenset[str]
    parts: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> "Globs":
        """The texts that `patterns` mean."""
        written = tuple(patterns)
        return cls(
            written,
            frozenset(pattern for pattern in written if _ANY not in pattern),
            tuple(tuple(pattern.split(_ANY)) for pattern in written if _ANY in pattern),
        )

    @property
    def is_everything(self) -> bool:
        """Whether every text is meant, as `*` says."""
        return _ANY in self.patterns

    def mean(self, text: str) -> bool:
        """Whether `text` is one of them; letter case counts."""
        return text in self.words or any(_fits(parts, text) for parts in self.parts)


EVERYTHING: Final = Globs.of([_ANY])
NOTHING: Final = Globs.of([])


def _fits(parts: tuple[str, ...], text: str) -> bool:
    """Whether `text` is `parts`, with anything between them."""
    first, *middle, last = parts
    at, end = len(first), len(text) - len(last)
    if end < at or not text.startswith(first) or not text.endswith(last):
        return False
    for part in middle:
        # The earliest place leaves most room for the others.
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
