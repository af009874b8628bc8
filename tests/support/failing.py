"""A ledger that can't be used, or only for a while."""

from collections.abc import AsyncIterator
from typing import ClassVar

from interlock.errors import OperatorError
from interlock.identity import HoldId
from interlock.ledger.answers import Closed, Ended, Settlement, Unknown
from interlock.ledger.hold import Actual
from interlock.ledger.stores.memory import MemoryLedger
from interlock.units import Instant


class Unreachable(MemoryLedger):
    """Can't be read; what was settled can be for `lasts` settlements, and to the end once it `is_mended`."""

    why: ClassVar[str] = "the ledger is away"
    lasts = 0
    is_mended = False

    async def sweep(self, now: Instant) -> int:  # noqa: ARG002 - what a ledger is asked
        raise OperatorError(self.why)

    async def settlements(self, start: Instant, end: Instant) -> AsyncIterator[Settlement]:
        left = self.lasts
        async for each in super().settlements(start, end):
            if not left:
                break
            left -= 1
            yield each
        if not self.is_mended:
            raise OperatorError(self.why)


class Stuck(MemoryLedger):
    """Ends no hold."""

    async def settle(self, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:  # noqa: ARG002
        raise OperatorError("the ledger is stuck")


class Away(MemoryLedger):
    """Ends holds only after it could not `failures` times."""

    failures = 0

    async def settle(self, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:
        if self.failures:
            self.failures -= 1
            raise OperatorError("the ledger is away")
        return await super().settle(hold, actual, now)
