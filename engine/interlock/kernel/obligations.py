"""What a decision obliges to, merged over all rules that it rests on.

Nothing is dropped because another rule would have been enough: every rule that
determines the decision counts, in whatever order. Each way to merge is a join:
associative, commutative and idempotent, and what conflicts stays in conflict
whatever joins it (docs/explanation/composition.md).
"""

from collections.abc import Collection, Iterable, Iterator

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
    found: list[Due] = []
    conflicts: list[Conflict] = []
    for name, value, owners in _merged(given):
        if value is None:
            reason = "its policies give it values that can't be met together"
            conflicts.append(Conflict(subject=f"obligation `{name}`", reason=reason, policies=owners))
        else:
            found.append(Due(name, value, owners))
    return tuple(found), tuple(conflicts)


def advised(given: Iterable[tuple[PolicyName, Obligation]]) -> tuple[Due, ...]:
    """What `given` advice comes to, each name once, by name; of values that conflict an empty set is left.

    Were it left out, it would look like advice that no policy gives: such as who may
    approve, which then is anybody.
    """
    merged = _merged(given)
    return tuple([Due(name, frozenset() if value is None else value, owners) for name, value, owners in merged])


def _merged(
    given: Iterable[tuple[PolicyName, Obligation]],
) -> Iterator[tuple[ObligationName, Value | None, tuple[PolicyName, ...]]]:
    """Each name once, in their order, with what its values come to, and whose they are."""
    merged: dict[ObligationName, tuple[Value | None, frozenset[PolicyName]]] = {}
    for policy, obligation in given:
        name = obligation.name
        if name in merged:
            value, policies = merged[name]
            merged[name] = join(obligation.merge, value, obligation.value), policies | {policy}
        else:
            merged[name] = obligation.value, frozenset({policy})
    for name, (value, policies) in sorted(merged.items()):
        yield name, value, tuple(sorted(policies))


def enforceable(decision: Decision, discharges: Collection[str]) -> Decision:
    """`decision`, or a denial if it obliges to something that is not among `discharges`.

    Who can't meet an obligation must not act on the allowance that it goes with.
    """
    if not decision.allowed or all(each.name in discharges for each in decision.obligations):
        return decision
    unknown = tuple(each.name for each in decision.obligations if each.name not in discharges)
    return replace(decision, allowed=False, undischarged=unknown, obligations=(), advice=())
