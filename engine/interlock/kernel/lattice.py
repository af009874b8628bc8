"""Values that several rules give one thing, merged: each way is a join.

Laws (tests/properties/test_obligation_laws.py, proofs/Obligations.v): joins are
associative, commutative and idempotent, and what conflicts stays in conflict
whatever joins it.
"""

from interlock.model.obligation import Merge, Value


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
