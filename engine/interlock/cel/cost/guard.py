"""What is sure of an expression's cost before it is evaluated.

A proof by the size of the data: where it says that the limit can't be passed,
nobody has to count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from interlock.cel.cost.bounds import Bound
from interlock.cel.cost.budget import Budget
from interlock.cel.cost.ceiling import Extent, allowance, bound
from interlock.cel.cost.limits import LARGEST_COUNT, LARGEST_TOTAL, PER_CALL_LIMIT
from interlock.cel.ir import Node
from interlock.cel.values import LimitExceeded

LARGEST: Final = Extent(LARGEST_TOTAL, LARGEST_COUNT)
"""More than any request makes of data: what comes from outside is refused before it is so large."""

_SMALLEST: Final = 1 << 10
_FEWEST: Final = 1 << 5


@dataclass(frozen=True, eq=False)
class Guard:
    """What an expression over `variables`, which are computed themselves, can cost; at most `limit`."""

    node: Node
    variables: Mapping[str, "Guard"] = field(default_factory=dict)
    limit: int = PER_CALL_LIMIT
    _turns: dict[Extent, int | None] = field(default_factory=dict)
    _bounds: dict[Extent, Bound] = field(default_factory=dict)

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

    def budget(self, extent: Extent) -> Budget:
        """The turns that loops can take over data of `extent` within the limit.

        Raises:
            LimitExceeded: nothing is sure.
        """
        turns = self.turns(extent)
        if turns is None:
            raise LimitExceeded("nothing is sure of the cost")
        return Budget(turns)

    def cost(self, extent: Extent) -> int:
        """What an evaluation over data of `extent` costs at most, and never more than its limit."""
        return min(self.bound(extent).cost, self.limit)

    def bound(self, extent: Extent) -> Bound:
        """What an evaluation costs and how large the value can be, over data of `extent`."""
        if extent not in self._bounds:
            self._bounds[extent] = bound(self.node, extent, self._computed(extent))
        return self._bounds[extent]

    def _computed(self, extent: Extent) -> dict[str, Bound]:
        return {name: guard.bound(extent) for name, guard in self.variables.items()}


def extent_of(total: int, elements: int) -> Extent:
    """An extent that data of so many characters and elements is within: one of few, so that bounds are kept."""
    return _extent(max(total - 1, 0).bit_length(), max(elements - 1, 0).bit_length())


@lru_cache(maxsize=1024)
def _extent(total_bits: int, element_bits: int) -> Extent:
    total = max(1 << total_bits, _SMALLEST)
    return Extent(total, min(max(1 << element_bits, _FEWEST), total, LARGEST_COUNT))
