"""How far the loops inside of loops of one evaluation may go."""

from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.values import LimitExceeded

MAX_NESTED_ITERATIONS: Final = 100_000
"""How many elements the inner loops of one evaluation may range over, and `in` in a loop look at, in all.

An outermost loop is linear in the request, which is bounded itself.
"""

UNLIMITED: Final = 2**63
"""More iterations than any evaluation lives to see: for one that something else ends."""


@dataclass(slots=True)
class Budget:
    """What is left of the iterations of one evaluation's inner loops."""

    left: int = MAX_NESTED_ITERATIONS

    def spend(self, range_: Any) -> Any:
        """`range_`, once its elements are paid for.

        Raises:
            LimitExceeded: they can't be.
        """
        kind = type(range_)
        if kind is list or kind is dict:
            self._pay(len(range_))
        return range_

    def search(self, container: Any) -> Any:
        """`container`, once a look at each of its elements is paid for; a map is not searched.

        Raises:
            LimitExceeded: it can't be.
        """
        if isinstance(container, list):
            self._pay(len(container))
        return container

    def _pay(self, iterations: int) -> None:
        self.left -= iterations
        if self.left < 0:
            raise LimitExceeded(f"more than {MAX_NESTED_ITERATIONS} iterations of nested loops")
