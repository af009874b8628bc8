"""What is sure of an expression's cost before it is evaluated.

A proof by the size of the data: where it says that the limit can't be passed,
nobody has to count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from interlock.cel.cost.budget import Budget
from interlock.cel.cost.ceiling import Extent, allowance, bound
from interlock.cel.cost.limits import LARGEST_COUNT, LARGEST_TOTAL, PER_CALL_LIMIT
from interlock.cel.ir import Node
from interlock.cel.values import LimitExceeded

LARGEST: Final = Extent(LARGEST_TOTAL, LARGEST_COUNT)
"""More than any request makes of data: what comes from outside is refused before it is so large."""

_SMALLEST: Final = 1 << 10


@dataclass(frozen=True, eq=False)
class Guard:
    """What an expression over `variables`, which are computed themselves, can cost; at most `limit`."""

    node: Node
    variables: Mapping[str, "Guard"] = field(default_factory=dict)
    limit: int = PER_CALL_LIMIT
    _turns: dict[Extent, int | None] = field(default_factory=dict)
    _totals: dict[Extent, int] = field(default_factory=dict)

    @cached_property
    def always(self) -> int | None:
        """The turns that loops can take whatever the data is; None where that depends on its size."""
        return self.turns(LARGEST)

    def turns(self, extent: Extent) -> int | None:
        """The turns that loops can take over data of `extent` within the limit; None where nothing is sure."""
        if extent not in self._turns:
            # What evaluations make is bounded as far as their cost is within Kubernetes' limit.
            limit = min(self.limit, PER_CALL_LIMIT)
            self._turns[extent] = allowance(self.node, extent, limit, self._computed(extent))
        return self._turns[extent]

    def budget(self, size: int) -> Budget:
        """The turns that loops can take over data of `size` characters and elements within the limit.

        Raises:
            LimitExceeded: nothing is sure.
        """
        turns = self.turns(extent_of(size))
        if turns is None:
            raise LimitExceeded("nothing is sure of the cost")
        return Budget(turns)

    def cost(self, extent: Extent) -> int:
        """What an evaluation over data of `extent` costs at most, and never more than its limit."""
        return min(bound(self.node, extent, self._computed(extent)).cost, self.limit)

    def total(self, extent: Extent) -> int:
        """How large the value can be, over data of `extent`."""
        if extent not in self._totals:
            self._totals[extent] = bound(self.node, extent, self._computed(extent)).total
        return self._totals[extent]

    def _computed(self, extent: Extent) -> dict[str, int]:
        return {name: guard.total(extent) for name, guard in self.variables.items()}


def extent_of(size: int) -> Extent:
    """An extent that data of `size` characters and elements is within: one of few, so that bounds are kept."""
    return _extent(max(size - 1, 0).bit_length())


@lru_cache(maxsize=64)
def _extent(bits: int) -> Extent:
    total = max(1 << bits, _SMALLEST)
    return Extent(total, min(total, LARGEST_COUNT))
