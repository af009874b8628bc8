"""What keeps mutations of many policies from having one outcome in any order, and the same when made again.

Within one policy and between any two that can both apply to an object:

- no place lies inside another that is written;
- a place is not both added to and given a value, and what is clamped is not given a text;
- no lock gives a value whose place another one takes, or always one that differs from what another
  gives instead of some;
- a condition reads nothing that its own or a later stratum writes;
- what is clamped without conditions is left some value.

The laws that follow are in proofs/Strata.v, proofs/Idempotence.v and proofs/Authority.v.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from interlock.cel.reads import reads, touches
from interlock.errors import Problem
from interlock.kernel.mutation.merges import same
from interlock.loading.compiled import CompiledMutation, CompiledPolicy
from interlock.loading.objects import OBJECT
from interlock.model.mutation import Clamp, Default, Lock, Mutation, Pattern, Union
from interlock.model.patch import spelled
from interlock.model.policy import Match, Policy
from interlock.spelling import quoted


@dataclass(frozen=True, slots=True)
class _Written:
    """One mutation and whose it is."""

    policy: Policy
    compiled: CompiledMutation

    @property
    def mutation(self) -> Mutation:
        return self.compiled.mutation

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"`{spelled(self.mutation.path)}` of policy {quoted(self.policy.name)}"

    def problem(self, message: str) -> Problem:
        return Problem(self.mutation.span, f"`{spelled(self.mutation.path)}` {message}")


def strata_problems(policies: Iterable[CompiledPolicy]) -> Iterator[Problem]:
    """Everything that is wrong between the mutations of `policies`."""
    by_path: dict[Pattern, list[_Written]] = {}
    for each in policies:
        for mutation in each.mutations:
            by_path.setdefault(mutation.mutation.path, []).append(_Written(each.policy, mutation))
    for path, written in by_path.items():
        outer = [other for length in range(1, len(path)) for other in by_path.get(path[:length], ())]
        for one in written:
            yield from _condition_problems(one, by_path)
            yield from _path_problems(one, outer)
        sorts = _sorts(written)
        for one, other in product(sorts, repeat=2):
            if _can_coincide(one, other):
                yield from _place_problems(one, other)


def _sorts(written: Iterable[_Written]) -> list[_Written]:
    """One of each sort of `written`: what is wrong with others of a sort is said of the first."""
    found: dict[tuple[str, bool, Match], _Written] = {}
    for each in written:
        found.setdefault((repr(each.mutation.change), each.compiled.when is None, each.policy.match), each)
    return list(found.values())


def _can_coincide(one: _Written, other: _Written) -> bool:
    """Whether both can apply to one object."""
    return one.policy.match.overlaps(other.policy.match)


def _condition_problems(one: _Written, by_path: Mapping[Pattern, Sequence[_Written]]) -> Iterator[Problem]:
    """What `one` reads that is not settled when it is made; the first change that unsettles it."""
    when = one.compiled.when
    if when is None:
        return
    for path, written in product(sorted(reads(when.checked, OBJECT)), by_path):
        if not touches(path, written):
            continue
        for other in by_path[written]:
            if other.mutation.stratum >= one.mutation.stratum and _can_coincide(one, other):
                what = f"reads `{spelled(path)}`" if path else "reads the whole object"
                stratum = "the same" if other.mutation.stratum == one.mutation.stratum else "a later"
                yield one.problem(
                    f"has a condition that {what}, which {stratum} stratum changes at {other.place}: "
                    "let it depend on something else"
                )
                return


def _path_problems(one: _Written, outer: Iterable[_Written]) -> Iterator[Problem]:
    """What is wrong with `one` lying inside a place of `outer`; the first of them."""
    other = next((other for other in outer if _can_coincide(one, other)), None)
    if other is None:
        return
    if isinstance(other.mutation.change, Union):
        # An item that is changed after it was added would be added once more.
        yield one.problem(f"lies inside {other.place}, which items are added to: put it into those items")
    else:
        yield one.problem(f"lies inside {other.place}, which is given a value: write one of them")


def _place_problems(one: _Written, other: _Written) -> Iterator[Problem]:
    """What is wrong with `one` being made at a place where `other` is made too."""
    match one.mutation.change, other.mutation.change:
        case Union(), _:
            pass
        case _, Union():
            yield one.problem(f"is one value, and {other.place} adds items to it: write one of them")
        case ((Default() | Lock() as given), Clamp()):
            yield from _clamped_problems(one, given, other)
        case Lock() as ours, Lock() as theirs:
            yield from _lock_problems(one, ours, other, theirs)
        case Clamp(floor=int(floor)), Clamp(ceiling=int(ceiling)):
            if floor > ceiling and one.compiled.when is None and other.compiled.when is None:
                yield one.problem(
                    f"has the floor {floor} above the ceiling {ceiling} of {other.place}: lower it"
                )
        case _:
            pass


def _clamped_problems(one: _Written, given: Default | Lock, clamp: _Written) -> Iterator[Problem]:
    if isinstance(given, Lock) and given.instead:
        yield one.problem(f"takes the place of some values, and {clamp.place} clamps them: write one of them")
    elif isinstance(given.value, bool) or not isinstance(given.value, int):
        yield one.problem(f"is given no whole number, and {clamp.place} clamps it: write one of them")


def _lock_problems(one: _Written, ours: Lock, other: _Written, theirs: Lock) -> Iterator[Problem]:
    if any(same(ours.value, each) for each in theirs.instead):
        yield one.problem(f"is given a value whose place {other.place} takes: give it that one's value")
    elif theirs.instead and not ours.instead and not same(ours.value, theirs.value):
        yield one.problem(
            f"is always given a value, and {other.place} gives another instead of some: write one"
        )
