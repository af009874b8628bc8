"""How often a step of a workflow runs at once by its own loop.

What is filled in later runs as often as there are numbers.
"""

from typing import Final

import msgspec

from interlock.intents.kinds.notation import Loop
from interlock.intents.number import MAX_INT32, Number
from interlock.intents.patterns import Pattern, Place

_LATER: Final = "how often the step runs at once is filled in later"
_LONGEST_NUMBER: Final = 10


def turns(step: Place, loop: Loop) -> Number:
    """How often `step` runs at once by its own `loop`; once where it has none."""
    for items in _at(step, loop.items):
        return _many(items)
    for sequence in _at(step, loop.sequence):
        return _sequence(sequence)
    return _combinations(step, loop)


def _at(step: Place, where: Pattern | None) -> list[Place]:
    return [] if where is None else where.loose_places(step.value, step.path)


def _many(items: Place) -> Number:
    """As many as a list has, which can be the text of one."""
    value = items.value
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            value = None
    if not isinstance(value, list):
        return Number(MAX_INT32, items.path, _LATER)
    return Number(min(len(value), MAX_INT32), items.path)


def _sequence(sequence: Place) -> Number:
    """As many as `count` says, or as there are from `start` to `end`."""
    value = sequence.value if isinstance(sequence.value, dict) else {}
    count, start, end = (_whole(value.get(key)) for key in ("count", "start", "end"))
    if count is not None and count >= 0:
        return Number(min(count, MAX_INT32), sequence.path)
    if value.get("count") is None and end is not None and (start is not None or value.get("start") is None):
        return Number(min(abs(end - (start or 0)) + 1, MAX_INT32), sequence.path)
    return Number(MAX_INT32, sequence.path, _LATER)


def _whole(value: object) -> int | None:
    """The number, which may be written as a text."""
    if isinstance(value, str) and value.removeprefix("-").isdigit() and len(value) <= _LONGEST_NUMBER:
        return int(value) if value.isascii() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _combinations(step: Place, loop: Loop) -> Number:
    """One of each combination of the items of lists, and those that are added to them."""
    factors = [_many(place) for place in _at(step, loop.lists)]
    more = len(_at(step, loop.more))
    if not factors:
        return Number(max(more, 1), step.path if more else "")
    count = 1
    for factor in factors:
        count = min(count * factor.count, MAX_INT32)
    note = next((factor.note for factor in factors if factor.note), "")
    return Number(min(count + more, MAX_INT32), factors[0].source, note)
