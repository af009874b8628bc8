"""One value put into another, as their structure says. Pure.

Source: sigs.k8s.io/structured-merge-diff, typed.mergingWalker, with the rule
that what is given wins.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

from interlock.foreign.merging.elements import Key, key_of
from interlock.foreign.merging.structure import Fields, Items, Relation, Structure


def merged(structure: Structure, was: Any, given: Any) -> Any:
    """`was` with what is `given`; neither changes, and the parts that nobody touched are shared.

    Both have to be what `structure` lets them be.

    Raises:
        UnknownElementError: an element of a list can't be told from others.
    """
    match given:
        case dict() if structure.fields is not None and not structure.fields.is_atomic:
            known = was if isinstance(was, dict) else {}
            return _map(structure.fields, known, given) if known else given
        case list() if structure.items is not None and structure.items.relation is not Relation.ATOMIC:
            there = was if isinstance(was, list) else []
            return _list(structure.items, there, given) if there else given
        case _:
            return given


def _map(fields: Fields, was: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    made = dict(was)
    for name, value in given.items():
        inner = fields.of(name)
        made[name] = value if inner is None or name not in was else merged(inner, was[name], value)
    return made


def _list(items: Items, was: list[Any], given: list[Any]) -> list[Any]:
    keys, new = [key_of(items, each) for each in was], [key_of(items, each) for each in given]
    times = Counter(keys)
    made = []
    for at, to in ordered(keys, new):
        if to is None:
            made += [] if at is None else [was[at]]
        elif at is None or times[keys[at]] > 1:
            # Of what is there more than once nobody knows which is meant: all of it goes.
            made.append(given[to])
        else:
            made.append(merged(items.element, was[at], given[to]))
    return made


def ordered(was: Sequence[Key], given: Sequence[Key]) -> Iterator[tuple[int | None, int | None]]:
    """The places, before and given, of every element of the merged list, in its order.

    What is given keeps its order, and comes once each; what else was there stays
    as near as it can to what stood beside it.
    """
    places = {key: at for at, key in reversed([*enumerate(was)])}
    wanted, placed = set(given), set[Key]()
    shared = deque(key for key in given if key in places)
    at = to = 0
    while at < len(was) or to < len(given):
        here = was[at] if at < len(was) else None
        if here is not None and here not in wanted:
            yield at, None
            at += 1
            continue
        is_same = to < len(given) and here == given[to]
        if here is not None and not is_same:
            if to < len(given) and shared and shared[0] != here:
                at += 1
                continue
            at += here in placed
        if to < len(given):
            yield places.get(given[to]), to
            placed.add(given[to])
            if shared and shared[0] == given[to]:
                shared.popleft()
            at += is_same
            to += 1
