"""What a node costs at most and how large its value can be, and how bounds of parts make one of the whole."""

from dataclasses import dataclass

from interlock.cel.cost.ranges import saturated


@dataclass(frozen=True, slots=True)
class Bound:
    """What a node costs at most, and how large its value can be: its `total`, and the `count` of its elements.

    No value in it has more than `inner` elements. `unit` is what one more turn
    of a loop costs at most, where turns are not part of the cost.
    """

    cost: int
    total: int
    count: int
    inner: int
    unit: int = 0


def computed(cost: int, total: int) -> Bound:
    """A value of which nothing is known but how large it is."""
    return Bound(cost, total, total, total)


def together(*parts: Bound, own: int = 0) -> Bound:
    """What the parts cost together, and `own` beside them; the value is the last one's."""
    last = parts[-1]
    cost = saturated(sum(part.cost for part in parts) + own)
    unit = saturated(max(part.unit for part in parts))
    return Bound(cost, saturated(last.total), saturated(last.count), saturated(last.inner), unit)


def either(branches: list[Bound]) -> Bound:
    """What any of `branches` is at most."""
    return Bound(
        max(branch.cost for branch in branches),
        max(branch.total for branch in branches),
        max(branch.count for branch in branches),
        max(branch.inner for branch in branches),
        max(branch.unit for branch in branches),
    )
