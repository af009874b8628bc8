"""All mutations of all policies to one object, stratum by stratum."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from interlock.identity import PolicyName
from interlock.kernel.mutation.merges import Clash, Merged, Proposal, bounded, filled, locked, same
from interlock.kernel.mutation.places import ObstacleError, lookup, places, put
from interlock.model.decision import Conflict
from interlock.model.mutation import Clamp, Stratum
from interlock.model.patch import Patch, Place, spelled

Holds: TypeAlias = Callable[[Proposal, dict[str, Any]], bool | str]
"""Whether a proposal's guard is true of an object, or what went wrong in it."""

_Asked: TypeAlias = Mapping[Place, Sequence[Proposal]]


@dataclass(frozen=True, slots=True)
class Mutated:
    """An object with what policies changed in it, the changes, and what could not be changed; both by place."""

    document: dict[str, Any]
    patches: tuple[Patch, ...]
    conflicts: tuple[Conflict, ...]


def mutate(document: dict[str, Any], proposals: Iterable[Proposal], holds: Holds) -> Mutated:
    """`document` with all of `proposals` whose guards hold; the original is kept as it is.

    Within a place, the values of the highest layer count; clamps and unions
    merge. What doesn't merge is a conflict and leaves the place as it is. No
    place may lie inside another one that is written, which loading sees to.
    """
    every = tuple(proposals)
    run = _Run(document)
    run.stratum([each for each in every if each.mutation.stratum is Stratum.DEFAULT], holds, _each(filled))
    bounds = [each for each in every if each.mutation.stratum is Stratum.BOUND]
    clamps = run.stratum(bounds, holds, _each(bounded))
    locks = [each for each in every if each.mutation.stratum is Stratum.LOCK]
    run.stratum(locks, holds, partial(_locked, clamps))
    return Mutated(run.document, tuple(run.patches(document)), tuple(sorted(run.conflicts, key=_in_order)))


def _each(
    merge: Callable[[Any, Sequence[Proposal]], Merged],
) -> Callable[[Place, Any, Sequence[Proposal]], Merged]:
    return lambda _, current, asked: merge(current, asked)


def _locked(clamps: _Asked, place: Place, current: Any, asked: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    bounds = [each for each in clamps.get(place, ()) if isinstance(each.mutation.change, Clamp)]
    return locked(current, asked, bounds)


@dataclass(slots=True)
class _Run:
    """The object so far, who wrote which place of it, and what was in conflict."""

    document: dict[str, Any]
    written: dict[Place, frozenset[PolicyName]] = field(default_factory=dict)
    conflicts: set[Conflict] = field(default_factory=set)

    def stratum(
        self,
        proposals: Iterable[Proposal],
        holds: Holds,
        merge: Callable[[Place, Any, Sequence[Proposal]], Merged],
    ) -> _Asked:
        """Make what `proposals` ask for, all on the object as it is now; give what was asked for each place."""
        before = self.document
        asked = self._asked(proposals, holds)
        for place, wishes in asked.items():
            merged = merge(place, lookup(before, place), wishes)
            if isinstance(merged, Clash):
                self._conflict(place, merged.reason, merged.policies)
            elif merged is not None:
                self.document = put(self.document, place, merged.value)
                self.written[place] = self.written.get(place, frozenset()) | merged.policies
        return asked

    def patches(self, original: dict[str, Any]) -> Iterator[Patch]:
        """What differs from `original` in the end, by place."""
        for place, policies in sorted(self.written.items(), key=lambda each: _key(each[0])):
            value = lookup(self.document, place)
            if not same(value, lookup(original, place)):
                yield Patch(path=place, value=value, policies=tuple(sorted(policies)))

    def _asked(self, proposals: Iterable[Proposal], holds: Holds) -> _Asked:
        """What is asked for each place by those of `proposals` that hold."""
        found: dict[Place, list[Proposal]] = {}
        for each in proposals:
            held = holds(each, self.document)
            if held is False:
                continue
            if held is not True:
                self._conflict(each.mutation.path, f"its condition failed: {held}", {each.policy})
                continue
            try:
                concrete = list(places(self.document, each.mutation.path))
            except ObstacleError as obstacle:
                self._conflict(each.mutation.path, str(obstacle), {each.policy})
                continue
            for place in concrete:
                found.setdefault(place, []).append(each)
        return found

    def _conflict(self, place: Place, reason: str, policies: Iterable[PolicyName]) -> None:
        self.conflicts.add(
            Conflict(subject=f"`{spelled(place)}`", reason=reason, policies=tuple(sorted(policies)), path=place)
        )


def _in_order(conflict: Conflict) -> tuple[Any, ...]:
    return _key(conflict.path), conflict.reason, conflict.policies


def _key(place: Place) -> tuple[tuple[bool, int, str], ...]:
    """Puts places in order though keys and indices don't compare."""
    return tuple((True, key, "") if isinstance(key, int) else (False, 0, key) for key in place)
