"""All mutations of all policies to one object, stratum by stratum."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from msgspec.structs import replace

from interlock.identity import PolicyName
from interlock.kernel.mutation.merges import Clash, Merged, Proposal, bounded, filled, locked, same
from interlock.kernel.mutation.places import ObstacleError, lookup, places, written
from interlock.model.decision import Conflict
from interlock.model.mutation import Stratum
from interlock.model.patch import Patch, Place, spelled

Holds: TypeAlias = Callable[[Proposal, dict[str, Any]], bool | str]
"""Whether a proposal's condition is true of an object, or what went wrong in it."""

_Asked: TypeAlias = Mapping[Place, Sequence[Proposal]]
_Merge: TypeAlias = Callable[[Place, Any, Sequence[Proposal]], Merged]

_MEND_THE_CONDITION: Final = "let the policy's owner mend the condition"
_MEND_THE_OBJECT: Final = "mend the object there"


@dataclass(frozen=True, slots=True)
class Mutated:
    """An object with what policies changed in it, the changes, and what could not be changed; both by place."""

    document: dict[str, Any]
    patches: tuple[Patch, ...]
    conflicts: tuple[Conflict, ...]


def mutate(document: dict[str, Any], proposals: Iterable[Proposal], holds: Holds) -> Mutated:
    """`document` with all of `proposals` whose conditions hold; the original is kept as it is.

    Within a place, the values of the highest layer count; clamps and unions
    merge. What doesn't merge is a conflict and leaves the place as it is. No
    place may lie inside another one that is written, which loading sees to.
    """
    run = _Run(tuple(proposals), holds, document)
    run.make(Stratum.DEFAULT, lambda _, current, asked: filled(current, asked))
    bounds = run.make(Stratum.BOUND, lambda _, current, asked: bounded(current, asked))
    run.make(Stratum.LOCK, lambda place, current, asked: locked(current, asked, bounds.get(place, ())))
    return Mutated(run.document, tuple(run.patches(document)), tuple(sorted(run.conflicts, key=_in_order)))


@dataclass(slots=True)
class _Run:
    """The object so far, who wrote which place of it, and what was in conflict."""

    proposals: tuple[Proposal, ...]
    holds: Holds
    document: dict[str, Any]
    writers: dict[Place, frozenset[PolicyName]] = field(default_factory=dict)
    conflicts: set[Conflict] = field(default_factory=set)

    def make(self, stratum: Stratum, merge: _Merge) -> _Asked:
        """Make what is proposed of `stratum`, all on the object as it is; what was asked for each place."""
        asked = self._asked(stratum)
        values: dict[Place, Any] = {}
        for place, wishes in asked.items():
            merged = merge(place, lookup(self.document, place), wishes)
            if isinstance(merged, Clash):
                self._conflict(place, merged)
            elif merged is not None:
                values[place] = merged.value
                self.writers[place] = self.writers.get(place, frozenset()) | merged.policies
        if values:
            self.document = written(self.document, values)
        return asked

    def patches(self, original: dict[str, Any]) -> Iterator[Patch]:
        """What differs from `original` in the end, by place."""
        for place, policies in sorted(self.writers.items(), key=lambda each: _key(each[0])):
            value = lookup(self.document, place)
            if not same(value, lookup(original, place)):
                yield Patch(path=place, value=value, policies=tuple(sorted(policies)))

    def _asked(self, stratum: Stratum) -> _Asked:
        """What is asked for each place by the proposals of `stratum` that hold."""
        found: dict[Place, list[Proposal]] = {}
        for each in self.proposals:
            if each.mutation.stratum is stratum:
                for place in self._places(each):
                    found.setdefault(place, []).append(each)
        return found

    def _places(self, proposal: Proposal) -> list[Place]:
        """The places that `proposal` is about; none where it does not hold, or nobody knows."""
        held, pattern, whose = self.holds(proposal, self.document), proposal.mutation.path, {proposal.policy}
        if held is False:
            return []
        if held is not True:
            reason = f"its condition failed: {held}"
            self._conflict(pattern, Clash(reason, frozenset(whose), _MEND_THE_CONDITION))
            return []
        try:
            return list(places(self.document, pattern))
        except ObstacleError as obstacle:
            self._conflict(pattern, Clash(str(obstacle), frozenset(whose), _MEND_THE_OBJECT))
            return []

    def _conflict(self, place: Place, clash: Clash) -> None:
        subject, policies = f"`{spelled(place)}`", tuple(sorted(clash.policies))
        conflict = Conflict(subject=subject, reason=clash.reason, policies=policies, path=place)
        self.conflicts.add(replace(conflict, remedy=clash.remedy) if clash.remedy else conflict)


def _in_order(conflict: Conflict) -> tuple[Any, ...]:
    return _key(conflict.path), conflict.reason, conflict.policies


def _key(place: Place) -> tuple[Any, ...]:
    """Puts places in order though keys and indices don't compare: indices come first."""
    return tuple((isinstance(key, str), key) for key in place)
