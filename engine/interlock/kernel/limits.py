"""Limits of many layers on one measure: they meet, and so only ever narrow.

Laws (tests/properties/kernel/test_limit_laws.py, proofs/Limits.v): meeting is
associative, commutative and idempotent, no bounds are its identity, and a
value is within what meets exactly where it is within each.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from interlock.identity import PolicyName
from interlock.model.decision import Conflict, Limitation
from interlock.model.limit import Bounds
from interlock.model.verdict import Verdict

_T = TypeVar("_T")

_MOST_LISTED: Final = 12


def meet(one: Bounds, other: Bounds) -> Bounds:
    """The bounds that leave what both leave."""
    return Bounds(
        ceiling=_either(min, one.ceiling, other.ceiling),
        floor=_either(max, one.floor, other.floor),
        allowed=_either(frozenset[str].intersection, one.allowed, other.allowed),
        blocked=one.blocked | other.blocked,
    )


def outside(bounds: Bounds, value: int | str) -> str:
    """How `value` is out of bounds, as the rest of a sentence about it; nothing where it is within."""
    if isinstance(value, str):
        if bounds.allowed is not None and value not in bounds.allowed:
            return f"is none of {_listed(bounds.allowed, 'allowed')}"
        return f"is one of {_listed(bounds.blocked, 'blocked')}" if value in bounds.blocked else ""
    if bounds.ceiling is not None and value > bounds.ceiling:
        return f"is above the ceiling of {bounds.ceiling}"
    return f"is below the floor of {bounds.floor}" if bounds.floor is not None and value < bounds.floor else ""


def contradiction(bounds: Bounds) -> str:
    """Why no value at all is within `bounds`, or nothing where some is."""
    if bounds.ceiling is not None and bounds.floor is not None and bounds.floor > bounds.ceiling:
        return f"the floor of {bounds.floor} is above the ceiling of {bounds.ceiling}"
    if bounds.allowed is not None and not bounds.allowed - bounds.blocked:
        return "no value is allowed"
    return ""


def limitations(verdicts: Iterable[Verdict]) -> tuple[tuple[Limitation, ...], tuple[Conflict, ...]]:
    """What the limits among `verdicts` that nothing lifts leave together, and those that leave nothing."""
    found: dict[tuple[str, str], tuple[Bounds, frozenset[PolicyName]]] = {}
    for verdict in verdicts:
        if verdict.bound is None or verdict.waiver is not None:
            continue
        key = verdict.item, verdict.bound.of
        bounds, policies = found.get(key, (Bounds(), frozenset[PolicyName]()))
        found[key] = meet(bounds, verdict.bound.bounds), policies | {verdict.rule.policy}
    limits = tuple(
        Limitation(of, item, bounds, tuple(sorted(policies)))
        for (item, of), (bounds, policies) in sorted(found.items(), key=lambda each: each[0])
    )
    # The same of several items is said once.
    return limits, tuple(dict.fromkeys(_conflicts(limits)))


def _conflicts(limits: Sequence[Limitation]) -> Iterable[Conflict]:
    for limit in limits:
        if reason := contradiction(limit.bounds):
            yield Conflict(subject=f"limits of `{limit.of}`", reason=reason, policies=limit.policies)


def _either(both: Callable[[_T, _T], _T], one: _T | None, other: _T | None) -> _T | None:
    """`both` of the two, or the one that is there."""
    if one is None or other is None:
        return one if other is None else other
    return both(one, other)


def _listed(texts: frozenset[str], are: str) -> str:
    if 0 < len(texts) <= _MOST_LISTED:
        return ", ".join(f"`{text}`" for text in sorted(texts))
    return f"the {len(texts)} that are {are}"
