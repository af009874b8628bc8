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

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from interlock.cel.reads import reads
from interlock.errors import Problem
from interlock.kernel.mutation.merges import same
from interlock.loading.compile import CompiledMutation, CompiledPolicy
from interlock.loading.objects import OBJECT
from interlock.model.mutation import EACH, Clamp, Constant, Mutation, Pattern, Union
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
    written = [_Written(each.policy, mutation) for each in policies for mutation in each.mutations]
    for one in written:
        yield from _condition_problems(one, [other for other in written if _meet(one, other)])
    for one, other in product(written, repeat=2):
        if _meet(one, other):
            yield from _path_problems(one, other)
            yield from _place_problems(one, other)


def _meet(one: _Written, other: _Written) -> bool:
    """Whether both can apply to one object."""
    return _overlap(one.policy.match, other.policy.match)


def _overlap(one: Match, other: Match) -> bool:
    pairs = ((one.actions, other.actions), (one.kinds, other.kinds))
    return all(not ours or not theirs or ours & theirs for ours, theirs in pairs)


def _condition_problems(one: _Written, others: Iterable[_Written]) -> Iterator[Problem]:
    """What `one` reads that is not settled when it is made; the first change that unsettles it."""
    when = one.compiled.when
    if when is None:
        return
    read = sorted(reads(when.checked, OBJECT))
    later = [other for other in others if other.mutation.stratum >= one.mutation.stratum]
    for path, other in product(read, later):
        if _touch(path, other.mutation.path):
            what = f"reads `{spelled(path)}`" if path else "reads the whole object"
            stratum = "the same" if other.mutation.stratum == one.mutation.stratum else "a later"
            yield one.problem(
                f"has a condition that {what}, which {stratum} stratum changes at {other.place}: "
                "let it depend on something else"
            )
            return


def _path_problems(one: _Written, other: _Written) -> Iterator[Problem]:
    ours, theirs = one.mutation.path, other.mutation.path
    if len(ours) <= len(theirs) or not _touch(ours, theirs):
        return
    if isinstance(other.mutation.change, Union):
        # An item that is changed after it was added would be added once more.
        yield one.problem(f"lies inside {other.place}, which items are added to: put it into those items")
    else:
        yield one.problem(f"lies inside {other.place}, which is given a value: write one of them")


def _place_problems(one: _Written, other: _Written) -> Iterator[Problem]:
    """What is wrong with `one` being made at a place where `other` is made too."""
    ours, theirs = one.mutation, other.mutation
    if len(ours.path) != len(theirs.path) or not _touch(ours.path, theirs.path):
        return
    match ours.change, theirs.change:
        case (Constant(_, instead), Clamp()) if instead:
            yield one.problem(
                f"takes the place of some values, and {other.place} clamps them: write one of them"
            )
        case (Constant(value), Constant(_, instead)) if ours.stratum is theirs.stratum and any(
            same(value, each) for each in instead
        ):
            yield one.problem(f"is given a value whose place {other.place} takes: give it that one's value")
        case (Constant(value, ()), Constant(replacing, instead)) if (
            instead and ours.stratum is theirs.stratum and not same(value, replacing)
        ):
            yield one.problem(
                f"is always given a value, and {other.place} gives another instead of some: write one"
            )
        case (Constant() | Clamp(), Union()):
            yield one.problem(f"is one value, and {other.place} adds items to it: write one of them")
        case (Constant(value), Clamp()) if isinstance(value, bool) or not isinstance(value, int):
            yield one.problem(f"is given no whole number, and {other.place} clamps it: write one of them")
        case (Clamp(floor=int(floor)), Clamp(ceiling=int(ceiling))) if (
            floor > ceiling and one.compiled.when is None and other.compiled.when is None
        ):
            yield one.problem(f"has the floor {floor} above the ceiling {ceiling} of {other.place}: lower it")
        case _:
            pass


def _touch(one: Pattern, other: Pattern) -> bool:
    """Whether a place of one pattern can be, or be inside, one of the other."""
    return all(ours == theirs or EACH in {ours, theirs} for ours, theirs in zip(one, other, strict=False))
