"""Answers about texts from requests, kept for the next request that has the same text.

Requests decide what is kept, so both the number of texts and the length of
each are bounded. Nothing here knows what the answers mean.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

MOST_TEXTS: Final = 4096

LONGEST_TEXT: Final = 512
"""In characters: no valid image reference, resource name or label value is much longer."""

_Answer = TypeVar("_Answer")


def remembered(answer: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """`answer`, a pure function, which is asked again only for long texts and for those out of memory."""
    kept = lru_cache(maxsize=MOST_TEXTS)(answer)

    @wraps(answer)
    def find(text: str) -> _Answer:
        return kept(text) if len(text) <= LONGEST_TEXT else answer(text)

    return find
