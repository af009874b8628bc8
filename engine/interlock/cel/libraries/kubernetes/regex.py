"""What a pattern finds in a text, by RE2."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from interlock.cel.libraries.limits import MAX_SIZE, bounded
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import member
from interlock.cel.libraries.strings import pattern
from interlock.cel.types import INT, STRING, list_of

_STRINGS: Final = list_of(STRING)


def find(text: str, expression: str) -> str:
    """The first match, or an empty text."""
    found = pattern(expression).search(text)
    return "" if found is None else str(found.group())


def find_all(text: str, expression: str, limit: int = -1) -> list[str]:
    """The matches in their order; no more than `limit`, unless it is negative."""
    matches = _matches(text, expression)
    if limit >= 0:
        matches = islice(matches, limit)
    found = list(islice(matches, MAX_SIZE + 1))
    bounded(len(found))
    return found


def _matches(text: str, expression: str) -> Iterator[str]:
    end = -1
    for match in pattern(expression).finditer(text):
        # Go finds no empty match right after another match.
        if match.start() == match.end() == end:
            continue
        end = match.end()
        yield str(match.group())


REGEX: Final = Library(
    name="kubernetes.regex",
    overloads=(
        member("string_find_string", "find", (STRING, STRING), STRING, find),
        member("string_find_all_string", "findAll", (STRING, STRING), _STRINGS, find_all),
        member("string_find_all_string_int", "findAll", (STRING, STRING, INT), _STRINGS, find_all),
    ),
)
