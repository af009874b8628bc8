"""How large the result of a call can be, by how large its arguments are.

Sizes here are totals: all characters, bytes and elements of a value and of
what is in it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from interlock.cel.cost.prices import Price
from interlock.cel.libraries.limits import MAX_SIZE
from interlock.cel.types import BOOL, DOUBLE, DURATION, INT, NULL, TIMESTAMP, UINT, CelType

SCALARS: Final = frozenset({BOOL, INT, UINT, DOUBLE, TIMESTAMP, DURATION, NULL})

_WRITTEN: Final = 64
"""The characters of a number or an instant that is written down, at most."""

_MESSAGES: Final = 4096
"""The characters of what a format's checks say on their own."""


def _replaced(text: int, _old: int, new: int, *_: int) -> int:
    return max(text, min((text + 1) * new + text, MAX_SIZE))


_BY_PRICE: Final[Mapping[Price, Callable[..., int]]] = {
    Price.ENCODING: lambda text: 4 * text,
    Price.QUOTING: lambda text: 2 * text + 2,
    Price.REPLACEMENT: _replaced,
    Price.PATTERN_REPLACEMENT: lambda text, _pattern, new, *_: min((text + 1) * (new * (text + 1)), MAX_SIZE),
    Price.JOIN: lambda parts, separator=0: min(parts + parts * separator, MAX_SIZE),
    Price.SPLIT: lambda text, *_: 2 * text + 1,
    Price.SEARCH: lambda text, *_: 2 * text + 2,
    Price.EXTRACTIONS: lambda text, _: 2 * text + 2,
    Price.RANGE: lambda _: MAX_SIZE,
    Price.FORMAT: lambda _, text: 4 * text + _MESSAGES,
    Price.COPY: lambda text, *_: 2 * text,
}

_BY_FUNCTION: Final[Mapping[str, Callable[..., int]]] = {
    "format": lambda *_: MAX_SIZE,
    "getQuery": lambda url: 4 * url + _WRITTEN,
    "base64.encode": lambda data: 2 * data + 4,
}


def grown(function: str, price: Price, totals: list[int], result: CelType) -> int:
    """The total of the result of `function`, of a type, for arguments of these totals, at most."""
    if result in SCALARS:
        return 1
    rule = _BY_FUNCTION.get(function) or _BY_PRICE.get(price)
    return sum(totals) + _WRITTEN if rule is None else rule(*totals)
