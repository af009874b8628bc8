"""What keeps accounts and holds, whichever store it is."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from interlock.identity import Digest, HoldId, OrganizationName, RunId
from interlock.ledger.answers import (
    AccountEntry,
    Closed,
    Ended,
    Extended,
    Glance,
    OpenHold,
    Settlement,
    Taken,
    Unknown,
)
from interlock.ledger.hold import Actual, Line, Taking
from interlock.units import Instant


class Ledger(Protocol):
    """Keeps accounts, holds, runs and answers by the rules of `interlock.ledger.book`.

    Each call is one step that nobody else sees half of. What is answered is
    kept as the store promises (docs/reference/ledger.md), and what fails was
    done or was not done, which asking again under the same key or id tells.
    A call belongs to the event loop that the ledger was opened in. Each raises
    OperatorError where the store can't be used; then nobody may be told that
    anything is allowed.
    """

    async def peek(
        self,
        organization: OrganizationName,
        lines: Sequence[Line],
        runs: Sequence[RunId],
        now: Instant,
        memo: tuple[Digest, Digest] | None = None,
    ) -> Glance:
        """How the accounts of `lines` and `runs` stand, and what was answered to `memo`, a key and a body."""
        ...

    async def take(self, taking: Taking, now: Instant) -> Taken:
        """As `book.take`."""
        ...

    async def settle(self, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:
        """As `book.settle`; what was used is kept for reports."""
        ...

    async def release(self, hold: HoldId, now: Instant) -> Ended | Closed | Unknown:
        """As `book.release`."""
        ...

    async def extend(self, hold: HoldId, expires: Instant, now: Instant) -> Extended | Closed | Unknown:
        """As `book.extend`."""
        ...

    async def sweep(self, now: Instant) -> int:
        """How many holds expired just now; what can't matter any more is forgotten."""
        ...

    async def accounts(self) -> Sequence[AccountEntry]:
        """All that is booked, in no order."""
        ...

    async def holds(self, now: Instant) -> Sequence[OpenHold]:
        """All that is held at `now`, in no order."""
        ...

    def settlements(self, start: Instant, end: Instant) -> AsyncIterator[Settlement]:
        """What was settled from `start` until just before `end`, in the order of time."""
        ...

    async def close(self) -> None:
        """Keep everything, and be used no more."""
        ...
