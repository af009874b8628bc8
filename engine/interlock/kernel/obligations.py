"""What a decision obliges to, merged over all rules that it rests on.

Nothing is dropped because another rule would have been enough: every rule that
determines the decision counts, in whatever order. Each way to merge is a join:
associative, commutative and idempotent, and what conflicts stays in conflict
whatever joins it (docs/explanation/composition.md).
"""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from interlock.identity import ObligationName, PolicyName
from interlock.model.decision import Conflict, Decision
from interlock.model.obligation import Due, Merge, Obligation, Value


def join(merge: Merge, one: Value | None, other: Value | None) -> Value | None:
    """Both as one value; None, the top of each lattice, where they conflict.

    Raises:
        TypeError: a value is not of the sort that `merge` merges.
    """
    if one is None or other is None:
        return None
    match merge, one, other:
        case Merge.MIN, int(), int():
            return min(one, other)
        case Merge.MAX, int(), int():
            return max(one, other)
        case Merge.UNION, frozenset(), frozenset():
            return one | other
        case Merge.INTERSECTION, frozenset(), frozenset():
            return (one & other) or None
        case Merge.EQUAL, _, _:
            return one if (type(one), one) == (type(other), other) else None
        case _:
            raise TypeError(f"{merge} does not merge these values")


def due(
    given: Iterable[tuple[PolicyName, Obligation]],
) -> tuple[tuple[Due, ...], tuple[Conflict, ...]]:
    """What `given` obligations come to, each name once, and those whose values conflict; both by name."""
    merged: dict[ObligationName, tuple[Value | None, frozenset[PolicyName]]] = {}
    for policy, obligation in given:
        name = obligation.name
        if name in merged:
            value, policies = merged[name]
            merged[name] = join(obligation.merge, value, obligation.value), policies | {policy}
        else:
            merged[name] = obligation.value, frozenset({policy})
    found: list[Due] = []
    conflicts: list[Conflict] = []
    for name, (value, policies) in sorted(merged.items()):
        owners = tuple(sorted(policies))
        if value is None:
            reason = "its policies give it values that can't be met together"
            conflicts.append(Conflict(subject=f"obligation `{name}`", reason=reason, policies=owners))
        else:
            found.append(Due(name, value, owners))
    return tuple(found), tuple(conflicts)


def enforceable(decision: Decision, discharges: Collection[str]) -> Decision:
    """`decision`, or a denial if it obliges to something that is not among `discharges`.

    Who can't meet an obligation must not act on the allowance that it goes with.
    """
    if not decision.allowed or all(each.name in discharges for each in decision.obligations):
        return decision
    unknown = tuple(each.name for each in decision.obligations if each.name not in discharges)
    return replace(decision, allowed=False, undischarged=unknown, obligations=(), advice=())
