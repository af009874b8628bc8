"""How many turns the loops of one evaluation may take where nobody counts its cost.

Generated code doesn't: it runs only where so many turns are sure to cost less
than the limit, and hands over to the interpreter, which counts, when they are
used up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from interlock.cel.values import LimitExceeded


@dataclass(slots=True)
class Budget:
    """What is left of the turns of one evaluation."""

    left: int

    def spend(self, range_: Any) -> Any:
        """`range_`, once its elements are paid for.

        Raises:
            LimitExceeded: they can't be.
            TypeError: it has none.
        """
        self.left -= len(range_)
        if self.left < 0:
            raise LimitExceeded("out of turns")
        return range_

    def search(self, container: Any) -> Any:
        """`container`, once a look at each of its elements is paid for; a map is not searched.

        Raises:
            LimitExceeded: it can't be.
        """
        return self.spend(container) if type(container) is list else container


def within(turns: int) -> Callable[[Any], Any]:
    """A function that gives back a range that has so many elements at most: the budget of one loop.

    It raises like `Budget.spend`.
    """

    def spend(range_: Any) -> Any:
        if len(range_) > turns:
            raise LimitExceeded("out of turns")
        return range_

    return spend
