"""A ledger in a file of SQLite, for one process: the default, which needs no server.

What decides is in memory, by the rules of `interlock.ledger.book`, and the
file has it behind. Whoever changes anything, or is refused, is answered when
the file has all that led to it; a glance may show what it is about to have.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from interlock.identity import Digest, HoldId, OrganizationName, RunId
from interlock.ledger import book
from interlock.ledger.answers import (
    AccountEntry,
    Closed,
    Ended,
    Extended,
    Glance,
    Held,
    OpenHold,
    Settlement,
    Taken,
    Unknown,
)
from interlock.ledger.book import SETTLED, Book
from interlock.ledger.hold import Actual, Line, Taking, organization_of
from interlock.ledger.stores.sqlite import rows
from interlock.ledger.stores.sqlite.file import Durability, LedgerFile
from interlock.ledger.stores.sqlite.memory import Memory
from interlock.ledger.stores.sqlite.writer import Writer
from interlock.ledger.views import entries, glance, open_holds, settlement
from interlock.units import Instant

_Outcome = TypeVar("_Outcome")


class SqliteLedger:
    """Keeps a Book for each organization in memory, and all that they are made of in a file."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file
        self._writer = Writer(file)

    @classmethod
    async def open(cls, path: Path, durability: Durability = Durability.POWER) -> Self:
        """The ledger in the file at `path`, which is made where there is none."""
        file = LedgerFile(path, durability)
        ledger = cls(file)
        try:
            ledger._writer.known()
        except BaseException:
            file.close()
            raise
        return ledger

    async def peek(  # noqa: D102 - the protocol says it
        self,
        organization: OrganizationName,
        lines: Sequence[Line],
        runs: Sequence[RunId],
        now: Instant,
        memo: tuple[Digest, Digest] | None = None,
    ) -> Glance:
        memory = self._writer.known()
        if memo is not None:
            self._recall_answer(memory, organization, memo[0])
        kept = memory.books.get(organization, Book())
        self._expire(memory, organization, now)
        seen = glance(kept, lines, runs, now, memo)
        if seen.answered is not None:
            await self._writer.written()
        return seen

    async def take(self, taking: Taking, now: Instant) -> Taken:  # noqa: D102
        memory = self._writer.known()
        organization, memo = taking.organization, taking.memo
        for hold in taking.holds:
            if hold.id in memory.holds:
                self._recall_hold(memory, organization, hold.id)
        kept = memory.books[organization]
        if memo is not None:
            self._recall_answer(memory, organization, memo.key)
        # Who asks again changes nothing, not even what has expired.
        if memo is None or kept.answered(memo.key, memo.body, now) is None:
            self._expire(memory, organization, now)
        answer = book.take(kept, taking, now)
        if isinstance(answer, Held):
            self._writer.group.take(taking, memory, now)
        await self._writer.written()
        return answer

    async def settle(self, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        return await self._step(hold, now, lambda kept: book.settle(kept, hold, actual, now))

    async def release(self, hold: HoldId, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        return await self._step(hold, now, lambda kept: book.release(kept, hold, now))

    async def extend(self, hold: HoldId, expires: Instant, now: Instant) -> Extended | Closed | Unknown:  # noqa: D102
        return await self._step(hold, now, lambda kept: book.extend(kept, hold, expires, now))

    async def sweep(self, now: Instant) -> int:  # noqa: D102
        memory = self._writer.known()
        expired = 0
        for name, kept in list(memory.books.items()):
            expired += self._expire(memory, name, now)
            book.forget(kept, now)
            if not kept.holds and not kept.accounts and not kept.runs and not kept.answers:
                del memory.books[name]
        forgotten = None
        while forgotten is None or not forgotten.are_all:
            group = self._writer.group
            group.forgets = now
            await self._writer.written()
            forgotten = group.forgotten
        return expired

    async def accounts(self) -> Sequence[AccountEntry]:  # noqa: D102
        return [entry for name, kept in self._writer.known().books.items() for entry in entries(name, kept)]

    async def holds(self, now: Instant) -> Sequence[OpenHold]:  # noqa: D102
        return [hold for kept in self._writer.known().books.values() for hold in open_holds(kept, now)]

    async def settlements(self, start: Instant, end: Instant) -> AsyncIterator[Settlement]:  # noqa: D102
        after = start, 0
        while True:
            with self._file.usable():
                found = self._file.settlements(after, end)
            if not found:
                return
            for number, *row in found:
                settled = rows.settlement_of(row)
                after = settled.at, number
                yield settled
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Keep everything, and let another process own the file."""
        try:
            await self._writer.written()
        finally:
            self._writer.close()
            self._file.close()

    async def _step(self, hold: HoldId, now: Instant, step: Callable[[Book], _Outcome]) -> _Outcome | Unknown:
        """The outcome of `step`, and what became of `hold` is written."""
        memory = self._writer.known()
        organization = organization_of(hold)
        if organization is None:
            return Unknown()
        self._recall_hold(memory, organization, hold)
        mine = memory.books.get(organization)
        if mine is None:
            return Unknown()
        self._expire(memory, organization, now)
        kept = mine.holds.get(hold)
        before = None if kept is None else (kept.status, kept.expires)
        outcome = step(mine)
        if kept is not None and (kept.status, kept.expires) != before:
            self._writer.group.change(organization, kept, memory)
            if kept.status is SETTLED:
                self._writer.group.settled.append(settlement(kept))
        await self._writer.written()
        return outcome

    def _expire(self, memory: Memory, organization: OrganizationName, now: Instant) -> int:
        """How many holds expired just now."""
        mine = memory.books.get(organization)
        if mine is None or not mine.due or mine.due[0][0] > now:
            return 0
        expired = book.expire(mine, now)
        for kept in expired:
            self._writer.group.change(organization, kept, memory)
        if expired:
            self._writer.schedule()
        return len(expired)

    def _recall_hold(self, memory: Memory, organization: OrganizationName, hold: HoldId) -> None:
        """Have `hold` in its book, if there is such a one, until the group is written."""
        number = memory.holds.get(hold)
        if number is None or hold in memory.books[organization].holds:
            return
        with self._file.usable():
            found = self._file.hold(number, organization)
        if found is not None:
            memory.books[organization].holds[hold] = found
            self._writer.group.recalled_holds[hold] = organization

    def _recall_answer(self, memory: Memory, organization: OrganizationName, key: Digest) -> None:
        """Have what was answered under `key` in its book, if anything was, until the group is written."""
        number = memory.answers.get(organization, {}).get(key)
        if number is None or key in memory.books[organization].answers:
            return
        with self._file.usable():
            found = self._file.answer(number)
        if found is not None:
            memory.books[organization].answers[key] = found
            self._writer.group.recalled_answers.add((organization, key))
