"""What is written to one place by several policies, merged: one join for each sort of change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, TypeAlias

import msgspec

from interlock.identity import PolicyName
from interlock.kernel.limits import contradiction, meet, outside
from interlock.model.limit import Bounds
from interlock.model.mutation import Clamp, Default, Lock, Mutation, Scalar, Union

_ENCODER: Final = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A mutation and whose it is; `rank` is the position of the policy's layer, 0 for the highest."""

    policy: PolicyName
    rank: int
    mutation: Mutation


@dataclass(frozen=True, slots=True)
class Write:
    """The value that a place gets and the policies that it comes from."""

    value: Any
    policies: frozenset[PolicyName]


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a place can't have what policies want of it, and those policies.

    `remedy` is what helps where it is not that their owners agree.
    """

    reason: str
    policies: frozenset[PolicyName]
    remedy: str = ""


Merged: TypeAlias = Write | Clash | None
"""None where the place stays as it is."""


def filled(current: Any, asked: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    """The value of a place by the defaults that are `asked` for it."""
    return _highest(asked) if current is None else None


def bounded(current: Any, asked: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    """The value of a place by the clamps, or the unions, that are `asked` for it."""
    unions = [each for each in asked if isinstance(each.mutation.change, Union)]
    if not unions:
        return _clamped(current, asked)
    if len(unions) < len(asked):
        return Clash("it is clamped, and items are added to it", _policies(asked))
    return _united(current, unions)


def locked(current: Any, asked: Sequence[Proposal], bounds: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    """The value of a place by the locks that are `asked` for it, where `bounds` were made before.

    A lock yields to the clamps of its own layer and of those above: outside of
    them it is a clash. Clamps of lower layers yield to it.
    """
    acting = [each for each in asked if _takes_part(each, current)]
    if not acting:
        return None
    merged = _highest(acting)
    if isinstance(merged, Clash):
        return merged
    rank = min(each.rank for each in acting)
    above = [each for each in bounds if each.rank <= rank and isinstance(each.mutation.change, Clamp)]
    reason = _out_of(_bounds(above), merged.value) if above else ""
    if reason:
        return Clash(f"it is locked to a value that {reason}", merged.policies | _policies(above))
    return None if same(merged.value, current) else merged


def same(one: object, other: object) -> bool:
    """Whether two values are equal and of one type: in JSON `true` is not `1`."""
    return type(one) is type(other) and one == other


def _highest(asked: Iterable[Proposal]) -> Write | Clash:
    """The value that the highest layer among `asked` gives, if it gives one alone.

    A join: of two, that of the higher layer, and of one layer's, equal values
    or else a clash.
    """
    given = [
        (each, change.value) for each in asked if isinstance(change := each.mutation.change, Default | Lock)
    ]
    rank = min(each.rank for each, _ in given)
    values = [value for each, value in given if each.rank == rank]
    if any(not same(values[0], other) for other in values):
        shown = ", ".join(sorted({_ENCODER.encode(value).decode() for value in values}))
        highest = frozenset(each.policy for each, _ in given if each.rank == rank)
        return Clash(f"policies of one layer disagree: {shown}", highest)
    return Write(values[0], frozenset(each.policy for each, value in given if same(value, values[0])))


def _clamped(current: Any, asked: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    bounds = _bounds(asked)
    if reason := contradiction(bounds):
        return Clash(reason, _policies(asked))
    if current is None:
        return None
    if isinstance(current, bool) or not isinstance(current, int):
        return Clash("it is clamped, and is no whole number", _policies(asked), "write a whole number there")
    value = current
    if bounds.ceiling is not None:
        value = min(value, bounds.ceiling)
    if bounds.floor is not None:
        value = max(value, bounds.floor)
    decisive = frozenset(each.policy for each in asked if _ends_at(each, value))
    return None if value == current else Write(value, decisive)


def _bounds(asked: Iterable[Proposal]) -> Bounds:
    changes = [each.mutation.change for each in asked]
    clamps = [change for change in changes if isinstance(change, Clamp)]
    return reduce(meet, (Bounds(ceiling=clamp.ceiling, floor=clamp.floor) for clamp in clamps), Bounds())


def _ends_at(proposal: Proposal, value: int) -> bool:
    change = proposal.mutation.change
    return isinstance(change, Clamp) and value in {change.ceiling, change.floor}


def _out_of(bounds: Bounds, value: Scalar) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "is no whole number, and it is clamped"
    return outside(bounds, value)


def _united(current: Any, unions: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    if current is not None and not isinstance(current, list):
        return Clash("items are added to it, and it is no list", _policies(unions), "write a list there")
    own = current or []
    there = set(map(_ENCODER.encode, own))
    wanted = {_ENCODER.encode(item): (each, item) for each, item in _items(unions)}
    added = [item for key, (_, item) in sorted(wanted.items(), key=lambda each: each[0]) if key not in there]
    if not added:
        return None
    givers = _policies(each for each, item in _items(unions) if _ENCODER.encode(item) not in there)
    return Write([*own, *added], givers)


def _items(unions: Iterable[Proposal]) -> list[tuple[Proposal, Any]]:
    changes = [(each, each.mutation.change) for each in unions]
    return [(each, item) for each, change in changes if isinstance(change, Union) for item in change.items]


def _takes_part(proposal: Proposal, current: Any) -> bool:  # noqa: ANN401  # any JSON
    change = proposal.mutation.change
    instead = change.instead if isinstance(change, Lock) else ()
    return not instead or any(same(each, current) for each in instead)


def _policies(proposals: Iterable[Proposal]) -> frozenset[PolicyName]:
    return frozenset(each.policy for each in proposals)
