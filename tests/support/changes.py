"""Sets of changes that loading lets through, with conditions, and objects with places that they are about."""

from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from interlock.identity import PolicyName
from interlock.kernel.mutation.merges import Proposal
from interlock.kernel.mutation.mutate import Mutated, mutate
from interlock.kernel.mutation.places import lookup
from interlock.model.mutation import EACH, Change, Clamp, Default, Lock, Mutation, Pattern, Union
from support.strategies import HERE

NUMBERS: Final = (("n",), ("spec", "n"), ("spec", "each", EACH, "n"))
_LISTS: Final = (("l",), ("spec", "l"))
TEXTS: Final = (("t",), ("spec", "t"), ("spec", "each", EACH, "t"))
FLAGS: Final = (("f",), ("spec", "f"))


@dataclass(frozen=True)
class Guarded:
    """A proposal that is made where the place of `reads` holds `expected`; without `reads`, everywhere."""

    proposal: Proposal
    reads: Pattern | None
    expected: Any


def _constants(
    paths: tuple[Pattern, ...], values: tuple[Any, ...]
) -> st.SearchStrategy[tuple[Pattern, Change]]:
    value = st.sampled_from(values)
    return st.tuples(st.sampled_from(paths), value.map(Default) | value.map(Lock))


def _swaps() -> st.SearchStrategy[tuple[Pattern, Change]]:
    """Locks instead of some texts, none of which is the value of another one."""
    return st.tuples(st.sampled_from(TEXTS), st.sampled_from([Lock("x", ("z",)), Lock("y", ("z", "w"))]))


def _clamps() -> st.SearchStrategy[tuple[Pattern, Change]]:
    bounds = st.none() | st.integers(0, 6)
    return st.tuples(st.sampled_from(NUMBERS), st.builds(Clamp, bounds, bounds))


def _unions() -> st.SearchStrategy[tuple[Pattern, Change]]:
    items = st.lists(st.sampled_from(["a", "b", "c", 1, True, {"k": "v"}]), min_size=1, max_size=2).map(tuple)
    return st.tuples(st.sampled_from(_LISTS), st.builds(Union, items))


_OF_NUMBERS: Final = _constants(NUMBERS, (0, 2, 3, 5, 7)) | _clamps()
_OF_TEXTS: Final = _constants(TEXTS, ("x", "y")) | _swaps()
_OF_FLAGS: Final = _constants(FLAGS, (True, False))
_OF_ALL: Final = _OF_NUMBERS | _OF_TEXTS | _OF_FLAGS | _unions()


@st.composite
def _guarded(draw: st.DrawFn, changes: st.SearchStrategy[tuple[Pattern, Change]]) -> Guarded:
    path, change = draw(changes)
    mutation = Mutation(path=path, change=change, span=HERE)
    made = Proposal(PolicyName(draw(st.sampled_from("pqr"))), draw(st.sampled_from([0, 0, 1, 2])), mutation)
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
    # What is no object has no place for anything, which is enough to see now and then.
    specs = st.sampled_from([spec] * 7 + [st.just("x")]).flatmap(lambda found: found)
    return st.fixed_dictionaries({}, optional={**fields, "spec": specs})


def _is_lawful(asked: list[Guarded]) -> bool:
    """Whether no two of `asked` are what loading refuses."""
    return not any(_reads(one, other) or _unsettles(one, other) for one in asked for other in asked)


def _reads(one: Guarded, other: Guarded) -> bool:
    """Whether the condition of `one` reads what `other` writes in its stratum or later."""
    ours, theirs = one.proposal.mutation, other.proposal.mutation
    return one.reads is not None and one.reads == theirs.path and theirs.stratum >= ours.stratum


def _unsettles(one: Guarded, other: Guarded) -> bool:
    """Whether `one` always gives another value than `other` gives instead of some."""
    ours, theirs = one.proposal.mutation, other.proposal.mutation
    match ours.change, theirs.change:
        case Lock(value, ()), Lock(replacing, instead):
            return ours.path == theirs.path and bool(instead) and value != replacing
        case _:
            return False


def made(document: dict[str, Any], asked: list[Guarded]) -> Mutated:
    """`document` with what is `asked` for where its conditions hold; they fail where `spec` is no object."""
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


@st.composite
def sets(draw: st.DrawFn, most: int = 6) -> list[Guarded]:
    """What loading lets through, of any stratum; in most sets all are about few places and so meet there."""
    changes = draw(st.sampled_from([_OF_ALL, _OF_ALL, _OF_NUMBERS, _OF_TEXTS, _OF_FLAGS]))
    size = draw(st.integers(1, most))
    return draw(st.lists(_guarded(changes), min_size=size, max_size=size).filter(_is_lawful))


def unguarded(asked: list[Guarded]) -> list[Guarded]:
    """The same proposals, made everywhere."""
    return [Guarded(each.proposal, None, None) for each in asked]
