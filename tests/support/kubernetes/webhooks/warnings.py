"""Warnings as they come to clients: each once, and not without bounds."""

from collections.abc import Iterable
from typing import Final

TOTAL: Final = 4096
"""Runes of all warnings of one answer; past that, each is cut."""

ITEM: Final = 256
"""Runes of one warning, where they are cut."""


def delivered(warnings: Iterable[str]) -> list[str]:
    """What of `warnings` is sent (`pkg/endpoints/filters/warning.go`): what holds control characters is not."""
    # A header holds no line break: such a warning is lost.
    fit = [each for each in dict.fromkeys(warnings) if each and each.isprintable()]
    if sum(map(len, fit)) <= TOTAL:
        return fit
    kept: list[str] = []
    written = 0
    for each in fit:
        if written >= TOTAL:
            break
        kept.append(each[:ITEM])
        written += len(kept[-1])
    return kept
