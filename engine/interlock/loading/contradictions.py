"""Limits that can never hold together, whatever is asked for.

Only what is sure is refused: constant bounds of enforced policies without a
condition. What depends on an Intent is found when it is decided.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import product

from interlock.errors import Problem
from interlock.kernel.limits import contradiction, meet
from interlock.loading.compiled import CompiledLimit, CompiledPolicy
from interlock.model.intent import Action
from interlock.model.limit import Bounds
from interlock.model.policy import Enforcement, Match
from interlock.spelling import quoted

_Group = list[tuple[Match, CompiledLimit]]
_ANY_OTHER = ""


def contradictions(policies: Iterable[CompiledPolicy]) -> Iterator[Problem]:
    """A problem for all limits of `policies` that leave nothing together, where all of them always apply."""
    groups: dict[tuple[str, str], _Group] = {}
    for compiled in policies:
        policy = compiled.policy
        if compiled.when is None and policy.enforcement is Enforcement.ENFORCE:
            for limit in compiled.limits:
                groups.setdefault((policy.area, limit.bound.of), []).append((policy.match, limit))
    for group in groups.values():
        # Fewer limits leave more: where all of them leave something, any of them do.
        if contradiction(_together([limit for _, limit in group])):
            yield from _contradicting(group)


def _contradicting(group: _Group) -> Iterator[Problem]:
    kinds = {_ANY_OTHER}.union(*(match.kinds for match, _ in group))
    found = set()
    for action, kind in product(Action, sorted(kinds)):
        applying = [limit for match, limit in group if match.covers(action, kind)]
        if contradiction(_together(applying)):
            found.add(tuple(_fewest(applying)))
    yield from map(_problem, found)


def _fewest(limits: Sequence[CompiledLimit]) -> list[CompiledLimit]:
    """Those of `limits` that leave nothing together, of which none can be missing, by place."""
    kept = sorted(limits, key=lambda limit: limit.limit.span)
    for limit in tuple(kept):
        others = [each for each in kept if each is not limit]
        if contradiction(_together(others)):
            kept = others
    return kept


def _problem(limits: Sequence[CompiledLimit]) -> Problem:
    *others, last = (limit.limit for limit in limits)
    places = " and ".join(f"{quoted(other.name)} ({other.span})" for other in others)
    reason = contradiction(_together(limits))
    return Problem(last.span, f"limit {quoted(last.name)} can't hold together with {places}: {reason}")


def _together(limits: Iterable[CompiledLimit]) -> Bounds:
    return reduce(meet, (limit.bound.bounds for limit in limits), Bounds())
