"""Bounds from few numbers and texts, so that those of several limits meet, and what all of them leave."""

from collections.abc import Iterable
from typing import Final

from hypothesis import strategies as st

from interlock.model.limit import Bounds

NUMBERS: Final = (-1, 0, 1, 2, 3, 10)
TEXTS: Final = ("a", "b", "c", "d")

_number: Final = st.none() | st.sampled_from(NUMBERS)
_texts: Final = st.frozensets(st.sampled_from(TEXTS))
OF_NUMBERS: Final = st.builds(Bounds, ceiling=_number, floor=_number)
OF_TEXTS: Final = st.builds(Bounds, allowed=st.none() | _texts, blocked=_texts)
MANY: Final = st.lists(OF_NUMBERS, max_size=5) | st.lists(OF_TEXTS, max_size=5)


def recomputed(bounds: Iterable[Bounds]) -> Bounds:
    """What all `bounds` leave, each bound for itself and without meeting any two."""
    every = list(bounds)
    allowed = [each.allowed for each in every if each.allowed is not None]
    return Bounds(
        ceiling=min((each.ceiling for each in every if each.ceiling is not None), default=None),
        floor=max((each.floor for each in every if each.floor is not None), default=None),
        allowed=frozenset(text for text in TEXTS if all(text in each for each in allowed)) if allowed else None,
        blocked=frozenset(text for each in every for text in each.blocked),
    )
