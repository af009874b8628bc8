"""What one evaluation has cost so far, and where that stops it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from interlock.cel.cost.limits import CHECK_FREQUENCY, MOST_MADE, PER_CALL_LIMIT
from interlock.cel.values import LimitExceeded, OutOfTime

Clock = Callable[[], int]
"""Monotonic time in nanoseconds."""

_OUT_OF_TIME: Final = "the evaluation ran out of time"


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts the cost of one expression up to `limit`, and looks at `clock` now and then until it is `until`.

    What the policy's variables cost that this expression is the first to read
    is `composed`: they have the limit for themselves, but are charged here.
    """

    limit: int = PER_CALL_LIMIT
    clock: Clock | None = None
    until: int | None = None
    cost: int = 0
    composed: int = 0
    iterations: int = 0
    made: int = 0

    @property
    def total(self) -> int:
        """What the expression is charged."""
        return self.cost + self.composed

    def pay(self, cost: int) -> None:
        """Counts `cost`.

        Raises:
            LimitExceeded: all in all it is more than the limit.
        """
        self.cost += cost
        if self.cost > self.limit:
            raise LimitExceeded(f"the evaluation costs more than {self.limit}")

    def make(self, size: int) -> None:
        """Counts the characters or elements of a value that was made.

        Raises:
            LimitExceeded: all in all they are more than an evaluation can make.
        """
        self.made += size
        if self.made > MOST_MADE:
            raise LimitExceeded(f"the evaluation makes more than {MOST_MADE} elements and characters")

    def iterate(self) -> None:
        """Counts a turn of a loop.

        Raises:
            OutOfTime: the time has run out.
        """
        self.iterations += 1
        if self.iterations % CHECK_FREQUENCY == 0:
            self.check_time()

    def check_time(self) -> None:
        """Raises OutOfTime if it has run out."""
        if self.until is not None and self.clock is not None and self.clock() >= self.until:
            raise OutOfTime(_OUT_OF_TIME)

    @contextmanager
    def inner(self) -> Iterator["Meter"]:
        """A meter for a variable that the expression reads, which is charged to the expression afterwards."""
        meter = Meter(limit=self.limit, clock=self.clock, until=self.until)
        try:
            yield meter
        finally:
            self.composed += meter.total
