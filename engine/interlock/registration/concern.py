"""Which admission requests the policies of a set can be about.

What is said here is an upper bound, and what lies outside of it no policy can
say anything about, but for one thing that is decided here: an object of a kind
that isn't read asks for nothing, also where its annotations say otherwise. A
policy that is to see it names its kind.
"""

from collections.abc import Iterable

from interlock.loading.compiled import CompiledPolicy
from interlock.loading.policyset import PolicySet
from interlock.model.area import Area
from interlock.model.policy import Enforcement, Match
from interlock.registration.reach import ALL, OPERATIONS, Operation, Operations, Reach
from interlock.registration.silence import is_false_on_nothing, is_silent_on_nothing

_STORING = frozenset({Operation.CREATE, Operation.UPDATE})


def validated(policies: PolicySet) -> Reach:
    """What policies, closed layers and budgets of the set can deny, warn of, record or charge."""
    speaking = (each for each in policies.compiled if each.rules_and_limits)
    return _union((*map(reach_of, speaking), *_of_closures(policies), *_of_budgets(policies)))


def mutated(policies: PolicySet) -> Reach:
    """What policies of the set can change."""
    return _union(
        _named(each.policy.match, _STORING)
        for each in policies.compiled
        if each.mutations and each.policy.enforcement is Enforcement.ENFORCE
    )


def _union(reaches: Iterable[Reach]) -> Reach:
    whole = Reach()
    for each in reaches:
        whole |= each
    return whole


def reach_of(compiled: CompiledPolicy) -> Reach:
    """What the rules and limits of one policy can be about."""
    match = compiled.policy.match
    if compiled.policy.area is Area.RESOURCES:
        return Reach()  # only accesses have resources, and no request of the API server is one
    if not match.kinds and (compiled.policy.area is not Area.INTENT or is_silent_on_nothing(compiled)):
        return Reach(asking=_operations(match))
    return _named(match, ALL)


def _of_closures(policies: PolicySet) -> Iterable[Reach]:
    """What closed layers deny unless it is permitted: every request that has an item of the area."""
    return (
        Reach(anything=ALL) if area is Area.INTENT else Reach(asking=ALL)
        for _, area in policies.layers.closures
        if area is not Area.RESOURCES
    )


def _of_budgets(policies: PolicySet) -> Iterable[Reach]:
    for compiled in policies.budgets:
        match = compiled.budget.match
        is_of_asking = not match.kinds and is_false_on_nothing(compiled.when)
        yield Reach(asking=_operations(match)) if is_of_asking else _named(match, ALL)


def _named(match: Match, within: Operations) -> Reach:
    """What `match` covers, among the operations `within`."""
    operations = _operations(match) & within
    if not operations:
        return Reach()
    if not match.kinds:
        return Reach(anything=operations)
    return Reach(named=dict.fromkeys(match.kinds, operations))


def _operations(match: Match) -> Operations:
    return frozenset(
        operation
        for action, operation in OPERATIONS.items()
        if not match.actions or action.value in match.actions
    )
