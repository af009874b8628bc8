"""The laws of limits, of the kernel: those of many policies only ever narrow.

tests/properties/documents/test_limit_laws.py states the same from document to decision.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.kernel.limits import contradiction, limitations, meet
from interlock.model.layers import Layer, Layers
from interlock.model.limit import Bounds
from support.bounds import MANY, NUMBERS, OF_NUMBERS, OF_TEXTS, TEXTS, recomputed
from support.laws import decided
from support.limits import is_within, kept
from support.strategies import NAMES

_TWO_OPEN: Final = Layers((Layer(name=NAMES[0]), Layer(name=NAMES[1])))


def together(bounds: Iterable[Bounds]) -> Bounds:
    return reduce(meet, bounds, Bounds())


def values_for(bounds: Iterable[Bounds]) -> Sequence[int | str]:
    """Values of which one is within all `bounds` if any value is: numbers or texts, as the bounds are for."""
    are_of_texts = any(each.allowed is not None or each.blocked for each in bounds)
    return (*TEXTS, "z") if are_of_texts else NUMBERS


@given(st.data(), MANY)
def test_min_meet(data: st.DataObject, bounds: list[Bounds]) -> None:
    met = together(bounds)
    assert met == recomputed(bounds)
    for value in values_for(bounds):
        assert is_within(met, value) is all(is_within(each, value) for each in bounds)
    # So order, repetition and grouping don't matter.
    shuffled = data.draw(st.permutations(bounds * 2))
    at = data.draw(st.integers(0, len(shuffled)))
    assert meet(together(shuffled[:at]), together(shuffled[at:])) == met
    limitation, _ = limitations(kept(f"p{number}", each) for number, each in enumerate(bounds))
    assert [each.bounds for each in limitation] == ([met] if bounds else [])


@given(MANY, st.data())
def test_child_cannot_loosen(above: list[Bounds], data: st.DataObject) -> None:
    below = data.draw(st.lists(OF_NUMBERS | OF_TEXTS, max_size=3))
    left, narrowed = together(above), together([*above, *below])
    for value in (*NUMBERS, *TEXTS):
        assert is_within(narrowed, value) <= is_within(left, value)
    assert bool(contradiction(narrowed)) >= bool(contradiction(left))


@given(OF_NUMBERS | OF_TEXTS)
def test_undeclared_is_top(bounds: Bounds) -> None:
    assert meet(bounds, Bounds()) == meet(Bounds(), bounds) == bounds
    assert all(is_within(Bounds(), value) for value in (*NUMBERS, *TEXTS))
    assert limitations([]) == ((), ())
    # A limit on one measure says nothing of another.
    limitation, _ = limitations([kept("p", bounds, of="tokens"), kept("p", Bounds(), of="cost")])
    assert [each.bounds for each in limitation] == [Bounds(), bounds]


@given(MANY)
def test_conflict_denies(bounds: list[Bounds]) -> None:
    met = together(bounds)
    nothing_left = not any(is_within(met, value) for value in values_for(bounds))
    assert bool(contradiction(met)) is nothing_left
    # Each limit is kept, since there is nothing to bound; nobody could keep them all if there were.
    decision = decided((kept(f"p{number}", each) for number, each in enumerate(bounds)), _TWO_OPEN, {})
    assert decision.allowed is not nothing_left
    assert len(decision.conflicts) == nothing_left
