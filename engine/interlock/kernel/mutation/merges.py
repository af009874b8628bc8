"""What is written to one place by several policies, merged: one join for each sort of change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

from interlock.identity import PolicyName
from interlock.kernel.limits import contradiction, meet, outside
from interlock.model.limit import Bounds
from interlock.model.mutation import Clamp, Constant, Mutation, Scalar, Union

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
    """Why a place can't have what policies want of it, and those policies."""

    reason: str
    policies: frozenset[PolicyName]


Merged: TypeAlias = Write | Clash | None
"""None where the place stays as it is."""


def filled(current: Any, asked: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    """The value of a place by the defaults that are `asked` for it."""
    return _highest(asked) if current is None else None


def bounded(current: Any, asked: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    """The value of a place by the clamps, or the unions, that are `asked` for it."""
    everybody = frozenset(each.policy for each in asked)
    items = [(each, each.mutation.change.items) for each in asked if isinstance(each.mutation.change, Union)]
    if items and len(items) < len(asked):
        return Clash("it is clamped, and items are added to it", everybody)
    if items:
        return _united(current, items)
    bounds = _clamped(asked)
    if reason := contradiction(bounds):
        return Clash(reason, everybody)
    if current is None:
        return None
    if isinstance(current, bool) or not isinstance(current, int):
        return Clash("it is clamped, and is no whole number", everybody)
    value = current
    if bounds.ceiling is not None:
        value = min(value, bounds.ceiling)
    if bounds.floor is not None:
        value = max(value, bounds.floor)
    decisive = frozenset(each.policy for each in asked if value in _ends(each))
    return None if value == current else Write(value, decisive)


def locked(current: Any, asked: Sequence[Proposal], clamps: Sequence[Proposal]) -> Merged:  # noqa: ANN401  # any JSON
    """The value of a place by the locks that are `asked` for it.

    A lock yields to the clamps of its own layer and of those above: outside of
    them it is a clash. Clamps of lower layers yield to it.
    """
    asked = [each for each in asked if _takes_the_place_of(each, current)]
    if not asked:
        return None
    merged = _highest(asked)
    if isinstance(merged, Clash):
        return merged
    rank = min(each.rank for each in asked)
    above = [clamp for clamp in clamps if clamp.rank <= rank]
    reason = _out_of(_clamped(above), merged.value) if above else ""
    if reason:
        return Clash(
            f"it is locked to a value that {reason}", merged.policies | {each.policy for each in above}
        )
    return None if same(merged.value, current) else merged


def _highest(asked: Iterable[Proposal]) -> Write | Clash:
    """The value that the highest layer among `asked` gives, if it gives one alone.

    A join: of two, that of the higher layer, and of one layer's, equal values
    or else a clash.
    """
    rank = min(each.rank for each in asked)
    given = [(each, _value(each)) for each in asked]
    highest = [(each, value) for each, value in given if each.rank == rank]
    _, value = highest[0]
    if any(not same(value, other) for _, other in highest):
        values = ", ".join(sorted({_shown(each) for _, each in highest}))
        return Clash(f"policies of one layer disagree: {values}", frozenset(each.policy for each, _ in highest))
    return Write(value, frozenset(each.policy for each, other in given if same(value, other)))


def _takes_the_place_of(proposal: Proposal, current: Any) -> bool:  # noqa: ANN401  # any JSON
    change = proposal.mutation.change
    instead = change.instead if isinstance(change, Constant) else ()
    return not instead or any(same(each, current) for each in instead)


def _value(proposal: Proposal) -> Scalar:
    change = proposal.mutation.change
    if isinstance(change, Constant):
        return change.value
    raise TypeError(f"{type(change).__name__} has no value")


def _clamped(asked: Iterable[Proposal]) -> Bounds:
    bounds = Bounds()
    for each in asked:
        change = each.mutation.change
        if isinstance(change, Clamp):
            bounds = meet(bounds, Bounds(ceiling=change.ceiling, floor=change.floor))
    return bounds


def _ends(proposal: Proposal) -> tuple[int | None, ...]:
    change = proposal.mutation.change
    return (change.ceiling, change.floor) if isinstance(change, Clamp) else ()


def _united(current: Any, asked: Sequence[tuple[Proposal, tuple[Any, ...]]]) -> Merged:  # noqa: ANN401  # any JSON
    if current is not None and not isinstance(current, list):
        return Clash("items are added to it, and it is no list", frozenset(each.policy for each, _ in asked))
    own = current or []
    there = set(map(_ENCODER.encode, own))
    wanted = {_ENCODER.encode(item): item for _, items in asked for item in items}
    added = [item for key, item in sorted(wanted.items(), key=lambda each: each[0]) if key not in there]
    if not added:
        return None
    givers = frozenset(
        each.policy for each, items in asked if any(_ENCODER.encode(item) not in there for item in items)
    )
    return Write([*own, *added], givers)


def _out_of(bounds: Bounds, value: Scalar) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "is no whole number, and it is clamped"
    return outside(bounds, value)


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same."""
    # `True` and `1` are equal in Python and different in JSON.
    return type(one) is type(other) and one == other


def _shown(value: Scalar) -> str:
    return _ENCODER.encode(value).decode()
