"""The laws of mutation: of every set of changes that loading lets through, and every object."""

from copy import deepcopy
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.identity import PolicyName
from interlock.kernel.mutation.merges import Proposal
from interlock.kernel.mutation.mutate import Mutated, mutate
from interlock.kernel.mutation.places import lookup, places
from interlock.model.mutation import EACH, Change, Clamp, Constant, Mutation, Pattern, Stratum, Union
from interlock.model.patch import Patch
from support.strategies import HERE

_NUMBERS: Final = (("n",), ("spec", "n"), ("spec", "each", EACH, "n"))
_LISTS: Final = (("l",), ("spec", "l"))
_TEXTS: Final = (("t",), ("spec", "t"), ("spec", "each", EACH, "t"))
_FLAGS: Final = (("f",), ("spec", "f"))


@dataclass(frozen=True)
class Guarded:
    """A proposal that is made where the place of `reads` holds `expected`; without `reads`, everywhere."""

    proposal: Proposal
    reads: Pattern | None
    expected: Any


def _constants(
    paths: tuple[Pattern, ...], values: tuple[Any, ...]
) -> st.SearchStrategy[tuple[Pattern, Change]]:
    return st.tuples(st.sampled_from(paths), st.sampled_from(values).map(Constant))


def _swaps() -> st.SearchStrategy[tuple[Pattern, Change]]:
    """Locks instead of some texts, none of which is the value of another one."""
    return st.tuples(
        st.sampled_from(_TEXTS), st.sampled_from([Constant("x", ("z",)), Constant("y", ("z", "w"))])
    )


def _clamps() -> st.SearchStrategy[tuple[Pattern, Change]]:
    bounds = st.none() | st.integers(0, 6)
    return st.tuples(st.sampled_from(_NUMBERS), st.builds(Clamp, bounds, bounds))


def _unions() -> st.SearchStrategy[tuple[Pattern, Change]]:
    items = st.lists(st.sampled_from(["a", "b", "c", 1, True, {"k": "v"}]), min_size=1, max_size=2).map(tuple)
    return st.tuples(st.sampled_from(_LISTS), st.builds(Union, items))


@st.composite
def guarded(draw: st.DrawFn) -> Guarded:
    """A change of any stratum to one of few places, so that those of several policies meet."""
    constants = (
        _constants(_NUMBERS, (0, 2, 3, 5, 7))
        | _constants(_TEXTS, ("x", "y"))
        | _constants(_FLAGS, (True, False))
    )
    path, change = draw(constants | _swaps() | _clamps() | _unions())
    strata: tuple[Stratum, ...] = (Stratum.BOUND,)
    if isinstance(change, Constant):
        strata = (Stratum.LOCK,) if change.instead else (Stratum.DEFAULT, Stratum.LOCK)
    mutation = Mutation(stratum=draw(st.sampled_from(strata)), path=path, change=change, span=HERE)
    made = Proposal(PolicyName(draw(st.sampled_from("pqr"))), draw(st.integers(0, 2)), mutation)
    reads = draw(st.none() | st.sampled_from([("n",), ("t",), ("spec", "n"), ("f",), ("g",), ("spec", "g")]))
    return Guarded(made, reads, draw(st.sampled_from([None, 2, 5, "x", True])))


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the places, holding what is expected there or not."""
    number = st.none() | st.integers(0, 7) | st.sampled_from(["x", True])
    text = st.sampled_from([None, "x", "z", 1])
    items = st.none() | st.lists(st.sampled_from(["a", "c", 1, {"k": "v"}]), max_size=2) | st.just("a")
    flag = st.sampled_from([None, True, False])
    each = st.lists(st.fixed_dictionaries({}, optional={"n": number, "t": text, "u": text}), max_size=2)
    fields: dict[str, st.SearchStrategy[Any]] = {"n": number, "t": text, "l": items, "f": flag, "g": flag}
    spec = st.fixed_dictionaries({}, optional={**fields, "each": each | st.just({"n": 1})})
    return st.fixed_dictionaries({}, optional={**fields, "spec": spec | st.just("x")})


def is_lawful(asked: list[Guarded]) -> bool:
    """Whether no two of `asked` are what loading refuses."""
    return not any(_reads(one, other) or _unsettles(one, other) for one in asked for other in asked)


def _reads(one: Guarded, other: Guarded) -> bool:
    """Whether the condition of `one` reads what `other` writes in its stratum or later."""
    ours, theirs = one.proposal.mutation, other.proposal.mutation
    return one.reads is not None and one.reads == theirs.path and theirs.stratum >= ours.stratum


def _unsettles(one: Guarded, other: Guarded) -> bool:
    """Whether `one` always gives another value than `other` gives instead of some."""
    ours, theirs = one.proposal.mutation, other.proposal.mutation
    if ours.path != theirs.path or {ours.stratum, theirs.stratum} != {Stratum.LOCK}:
        return False
    match ours.change, theirs.change:
        case Constant(value, ()), Constant(replacing, instead):
            return bool(instead) and value != replacing
        case _:
            return False


def made(document: dict[str, Any], asked: list[Guarded]) -> Mutated:
    conditions = {id(each.proposal): each for each in asked}

    def holds(proposal: Proposal, current: dict[str, Any]) -> bool | str:
        each = conditions[id(proposal)]
        if each.reads is None:
            return True
        if not isinstance(current.get("spec", {}), dict | None):
            return "no such key"
        value = lookup(current, each.reads)
        return type(value) is type(each.expected) and value == each.expected

    return mutate(document, [each.proposal for each in asked], holds)


def sets() -> st.SearchStrategy[list[Guarded]]:
    return st.lists(guarded(), max_size=6).filter(is_lawful)


@given(documents(), st.lists(guarded(), min_size=1, max_size=4).filter(is_lawful))
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
    """What is in conflict stays as it is; `test_conflicts_of_mutations_deny` has the decision."""
    found = made(document, asked)
    assert list(found.conflicts) == sorted(
        found.conflicts, key=lambda each: (list(map(str, each.path)), each.reason, each.policies)
    )
    for conflict in found.conflicts:
        assert {each.proposal.policy for each in asked} >= set(conflict.policies)


@given(documents(), sets())
def test_mut_frame(document: dict[str, Any], asked: list[Guarded]) -> None:
    before = deepcopy(document)
    found = made(document, asked)
    assert document == before
    assert rebuilt(document, found.patches) == found.document
    written = {each.proposal.mutation.path for each in asked}
    for patch in found.patches:
        assert tuple(EACH if isinstance(key, int) else key for key in patch.path) in written


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
    return isinstance(change, Constant) and bool(change.instead)


@given(documents(), sets())
def test_mut_authority(document: dict[str, Any], asked: list[Guarded]) -> None:
    """Without the defaults and locks of lower layers a place that a higher one writes is the same."""
    asked = [Guarded(each.proposal, None, None) for each in asked]
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
    asked = [Guarded(each.proposal, None, None) for each in asked]
    found = made(document, asked)
    assume(not found.conflicts)
    for each in asked:
        mutation = each.proposal.mutation
        if not isinstance(mutation.change, Clamp):
            continue
        for place in places(found.document, mutation.path):
            value = lookup(found.document, place)
            locked = any(
                other.proposal.mutation.stratum is Stratum.LOCK
                and other.proposal.mutation.path == mutation.path
                and other.proposal.rank < each.proposal.rank
                for other in asked
            )
            if value is not None and not locked:
                assert mutation.change.ceiling is None or value <= mutation.change.ceiling
                assert mutation.change.floor is None or value >= mutation.change.floor
