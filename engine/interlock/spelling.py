"""How messages show what an author wrote and guess what they meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_SHOWN = 60
_MOST_SHOWN = 12


def quoted(text: str) -> str:
    """`text` in backticks on one line: cut where it is long, escaped where a terminal would obey it."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
    return f"`{shown}`"


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The one of `choices` that an author who wrote `word` most likely meant."""
    # A long word is close to no choice, and comparing it is slow.
    close = get_close_matches(word[:_LONGEST_SHOWN], sorted(set(choices)), n=1)
    return close[0] if close else None


def suggestion(word: str, choices: Iterable[str]) -> str:
    """`did you mean …?` if one of `choices` is close to `word`, else what there is to choose from."""
    words = sorted(set(choices))
    meant = closest(word, words)
    if meant is not None:
        return f"did you mean {quoted(meant)}?"
    if not words:
        return "there is none"
    if len(words) > _MOST_SHOWN:
        return f"choose {', '.join(map(quoted, words[:_MOST_SHOWN]))} or one of {len(words) - _MOST_SHOWN} more"
    return f"choose {alternatives(words)}"


def alternatives(words: Iterable[str]) -> str:
    """`a`, `b` or `c`; at least one word is needed."""
    *others, last = map(quoted, words)
    return f"{', '.join(others)} or {last}" if others else last
