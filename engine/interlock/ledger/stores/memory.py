"""A ledger in memory: for one process, and forgotten with it."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from interlock.identity import Digest, HoldId, OrganizationName, RunId
from interlock.ledger import book
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
from interlock.ledger.book import Book
from interlock.ledger.hold import Actual, Line, Taking, organization_of
from interlock.ledger.views import entries, glance, open_holds, settlement
from interlock.units import Instant

_Outcome = TypeVar("_Outcome")


class MemoryLedger:
    """Keeps a Book for each organization, for as long as it lives."""

    def __init__(self) -> None:
        self._books: defaultdict[OrganizationName, Book] = defaultdict(Book)
        self._settlements: list[Settlement] = []

    async def peek(  # noqa: D102 - the protocol says it
        self,
        organization: OrganizationName,
        lines: Sequence[Line],
        runs: Sequence[RunId],
        now: Instant,
        memo: tuple[Digest, Digest] | None = None,
    ) -> Glance:
        kept = self._books.get(organization, Book())
        book.expire(kept, now)
        return glance(kept, lines, runs, now, memo)

    async def take(self, taking: Taking, now: Instant) -> Taken:  # noqa: D102
        return book.take(self._books[taking.organization], taking, now)

    async def settle(self, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        def settled(kept: Book) -> Ended | Closed | Unknown:
            answer = book.settle(kept, hold, actual, now)
            if isinstance(answer, Ended) and answer.was is not book.SETTLED:
                self._settlements.append(settlement(kept.holds[hold]))
            return answer

        return self._in_book(hold, settled)

    async def release(self, hold: HoldId, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        return self._in_book(hold, lambda kept: book.release(kept, hold, now))

    async def extend(self, hold: HoldId, expires: Instant, now: Instant) -> Extended | Closed | Unknown:  # noqa: D102
        return self._in_book(hold, lambda kept: book.extend(kept, hold, expires, now))

    async def sweep(self, now: Instant) -> int:  # noqa: D102
        expired = 0
        for name, kept in list(self._books.items()):
            expired += len(book.expire(kept, now))
            book.forget(kept, now)
            if not kept.holds and not kept.accounts and not kept.runs and not kept.answers:
                del self._books[name]
        return expired

    async def accounts(self) -> Sequence[AccountEntry]:  # noqa: D102
        return [entry for name, kept in self._books.items() for entry in entries(name, kept)]

    async def holds(self, now: Instant) -> Sequence[OpenHold]:  # noqa: D102
        return [hold for kept in self._books.values() for hold in open_holds(kept, now)]

    async def settlements(self, start: Instant, end: Instant) -> AsyncIterator[Settlement]:  # noqa: D102
        for settled in sorted(self._settlements, key=lambda each: each.at):
            if start <= settled.at < end:
                yield settled

    async def close(self) -> None:
        """Nothing is kept."""

    def _in_book(self, hold: HoldId, step: Callable[[Book], _Outcome]) -> _Outcome | Unknown:
        organization = organization_of(hold)
        kept = None if organization is None else self._books.get(organization)
        return Unknown() if kept is None else step(kept)
