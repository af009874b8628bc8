"""Whether what several clients saw of one object could have been said one after the other.

Wing and Gong's search ("Testing and verifying concurrent objects", 1993), with
Lowe's memory of where it has been: put each call at some instant between its
start and its end, so that the object in its sequential form answers as it did.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

_Object = TypeVar("_Object")


class Call(Struct, Generic[_Object], frozen=True):
    """What was asked from `start` to `end`, and answered; `do` asks it of the object in its sequential form."""

    start: int
    end: int
    do: Callable[[_Object], tuple[_Object, object]]
    answer: object


def is_linearizable(calls: Sequence[Call[_Object]], new: _Object, seen: Callable[[_Object], Hashable]) -> bool:
    """Whether an order of `calls` explains all answers of an object that begins as `new`.

    Two objects for which `seen` is equal answer everything alike. `do` leaves
    the object as it is, and gives the one that follows it.
    """
    been: set[tuple[frozenset[int], Hashable]] = set()

    def explains(left: frozenset[int], found: _Object) -> bool:
        place = left, seen(found)
        if not left or place in been:
            return not left
        been.add(place)
        first_end = min(calls[number].end for number in left)
        for number in sorted(left):
            if calls[number].start <= first_end:
                after, answer = calls[number].do(found)
                if answer == calls[number].answer and explains(left - {number}, after):
                    return True
        return False

    return explains(frozenset(range(len(calls))), new)
