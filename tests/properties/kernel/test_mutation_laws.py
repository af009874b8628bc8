"""The laws of mutation: of every set of changes that loading lets through, and every object."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import permutations
from typing import Any

from hypothesis import assume, given

from interlock.kernel.mutation.merges import Proposal
from interlock.kernel.mutation.mutate import Mutated
from interlock.kernel.mutation.places import lookup, places
from interlock.model.mutation import EACH, Change, Clamp, Lock, Pattern, Stratum
from interlock.model.patch import Patch, Place
from support.changes import FLAGS, NUMBERS, TEXTS, Guarded, documents, made, sets, unguarded


@given(documents(), sets(most=4))
def test_mut_order_independent(document: dict[str, Any], asked: list[Guarded]) -> None:
    once = made(document, asked)
    for order in permutations(asked):
        assert made(document, [*order, order[0]]) == once


@given(documents(), sets())
def test_mut_idempotent(document: dict[str, Any], asked: list[Guarded]) -> None:
    once = made(document, asked)
    assume(not once.conflicts)
    again = made(once.document, asked)
    assert again == Mutated(once.document, (), ())


@given(documents(), sets())
def test_mut_conflict_denies(document: dict[str, Any], asked: list[Guarded]) -> None:
    """A place that is in conflict stays as the strata before left it.

    That the decision denies is in tests/properties/documents/test_mutation_laws.py.
    """
    asked, before = unguarded(asked), Mutated(document, (), ())
    for stratum in Stratum:
        after = made(document, [each for each in asked if each.proposal.mutation.stratum <= stratum])
        assert set(after.conflicts) >= set(before.conflicts)
        for conflict in set(after.conflicts) - set(before.conflicts):
            assert written(after, conflict.path) == written(before, conflict.path)
        before = after
    in_conflict = {pattern_of(conflict.path) for conflict in before.conflicts}
    assert in_conflict >= set(disagreeing(asked))
    for conflict in before.conflicts:
        wanting = {each.proposal.policy for each in asked if is_of(each, conflict.path)}
        assert wanting >= set(conflict.policies) > set()


def pattern_of(place: Place) -> Pattern:
    return tuple(EACH if isinstance(key, int) else key for key in place)


def is_of(asked: Guarded, place: Place) -> bool:
    """Whether it is asked for `place`, maybe among others."""
    return asked.proposal.mutation.path == pattern_of(place)


def written(found: Mutated, place: Place) -> list[Patch]:
    """What was written to `place`, or to any of its places if it is a pattern."""
    return [patch for patch in found.patches if place in (patch.path, pattern_of(patch.path))]


def disagreeing(asked: list[Guarded]) -> Iterator[Pattern]:
    """Places that policies of the highest layer that locks them lock to several values."""
    for path in (*NUMBERS[:2], *TEXTS[:2], *FLAGS):
        locks = [
            (each.proposal.rank, change)
            for each in asked
            if isinstance(change := each.proposal.mutation.change, Lock) and is_of(each, path)
        ]
        top = min((rank for rank, _ in locks), default=0)
        highest = {change.value for rank, change in locks if rank == top}
        if len(highest) > 1 and not any(change.instead for _, change in locks):
            yield path


@given(documents(), sets())
def test_conflicts_are_in_order(document: dict[str, Any], asked: list[Guarded]) -> None:
    found = made(document, asked).conflicts
    assert list(found) == sorted(
        found, key=lambda each: (list(map(str, each.path)), each.reason, each.policies)
    )


@given(documents(), sets())
def test_mut_frame(document: dict[str, Any], asked: list[Guarded]) -> None:
    before = deepcopy(document)
    found = made(document, asked)
    assert document == before
    assert rebuilt(document, found.patches) == found.document
    allowed = {each.proposal.mutation.path for each in asked}
    for patch in found.patches:
        assert pattern_of(patch.path) in allowed


def rebuilt(document: dict[str, Any], patches: tuple[Patch, ...]) -> dict[str, Any]:
    """`document` with `patches`, put there by hand."""
    changed = deepcopy(document)
    for patch in patches:
        node: Any = changed
        for key in patch.path[:-1]:
            if isinstance(key, str) and node.get(key) is None:
                node[key] = {}
            node = node[key]
        node[patch.path[-1]] = patch.value
    return changed


def is_swap(change: Change) -> bool:
    return isinstance(change, Lock) and bool(change.instead)


@given(documents(), sets())
def test_mut_authority(document: dict[str, Any], asked: list[Guarded]) -> None:
    """Without the defaults and locks of lower layers a place that a higher one writes is the same."""
    asked = unguarded(asked)
    found = made(document, asked)
    assume(not found.conflicts)
    for stratum in (Stratum.DEFAULT, Stratum.LOCK):
        for each in asked:
            mutation = each.proposal.mutation
            if mutation.stratum is not stratum or is_swap(mutation.change):
                continue
            lower = [
                other
                for other in asked
                if other.proposal.mutation.stratum is stratum
                and other.proposal.mutation.path == mutation.path
                and other.proposal.rank > each.proposal.rank
            ]
            kept = [other for other in asked if other not in lower]
            assert made(document, kept).document == found.document


@given(documents(), sets())
def test_mut_within_limits(document: dict[str, Any], asked: list[Guarded]) -> None:
    asked = unguarded(asked)
    found = made(document, asked)
    assume(not found.conflicts)
    for each in asked:
        mutation = each.proposal.mutation
        if isinstance(mutation.change, Clamp) and not is_locked_above(each.proposal, asked):
            values = [lookup(found.document, place) for place in places(found.document, mutation.path)]
            assert all(value is None or is_within(mutation.change, value) for value in values)


def is_locked_above(clamp: Proposal, asked: list[Guarded]) -> bool:
    """Whether a layer above that of `clamp` locks its places."""
    return any(
        each.proposal.mutation.stratum is Stratum.LOCK
        and each.proposal.mutation.path == clamp.mutation.path
        and each.proposal.rank < clamp.rank
        for each in asked
    )


def is_within(clamp: Clamp, value: int) -> bool:
    return (clamp.ceiling is None or value <= clamp.ceiling) and (clamp.floor is None or value >= clamp.floor)
