"""A ledger in PostgreSQL: for many processes, on as many machines.

What is answered is on the server's disk, and survives its loss of power,
unless somebody sets `synchronous_commit = off` there: then the last
half-second or so may be lost, but nothing of it by half. A call that fails may
have been done: the server may be gone before its answer is here. Asking again
under the same key, or about the same hold, tells.

Calls on one organization that are made while earlier ones are under way go
together in one transaction; each still does all that it says or nothing.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final, Self, cast

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
from interlock.ledger.hold import Actual, Line, Taking, organization_of
from interlock.ledger.stores.postgres import operations
from interlock.ledger.stores.postgres.database import Database
from interlock.ledger.stores.postgres.groups import Groups
from interlock.ledger.stores.postgres.operations import Operation
from interlock.units import Instant

_PERFORM: Final = "SELECT * FROM interlock.perform($1, $2, $3, $4)"
_ACCOUNTS: Final = "SELECT * FROM interlock.buckets JOIN interlock.books USING (book)"
_HOLDS: Final = "SELECT id, expires, facts, lines FROM interlock.holds WHERE status = 'open' AND expires > $1"
_SETTLEMENTS: Final = (
    "SELECT * FROM interlock.settlements WHERE (at, number) > ($1, $2) AND at < $3 ORDER BY at, number LIMIT $4"
)
_PAGE: Final = 1000


class PostgresLedger:
    """Keeps a book for each organization in the schema `interlock` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._groups = Groups[OrganizationName, Operation, object](self._perform)

    @classmethod
    async def open(cls, url: str) -> Self:
        """The ledger at `url`, such as postgresql://interlock@database.internal/ledger."""
        return cls(await Database.open(url))

    async def peek(  # noqa: D102 - the protocol says it
        self,
        organization: OrganizationName,
        lines: Sequence[Line],
        runs: Sequence[RunId],
        now: Instant,
        memo: tuple[Digest, Digest] | None = None,
    ) -> Glance:
        asked = operations.peek(organization, lines, runs, now, memo)
        return cast("Glance", await self._groups.answer(organization, asked))

    async def take(self, taking: Taking, now: Instant) -> Taken:  # noqa: D102
        return cast("Taken", await self._groups.answer(taking.organization, operations.take(taking, now)))

    async def settle(self, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        organization = organization_of(hold)
        if organization is None:
            return Unknown()
        asked = operations.ending("settle", organization, hold, now, actual=actual)
        return cast("Ended | Closed | Unknown", await self._groups.answer(organization, asked))

    async def release(self, hold: HoldId, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        organization = organization_of(hold)
        if organization is None:
            return Unknown()
        asked = operations.ending("release", organization, hold, now)
        return cast("Ended | Closed | Unknown", await self._groups.answer(organization, asked))

    async def extend(self, hold: HoldId, expires: Instant, now: Instant) -> Extended | Closed | Unknown:  # noqa: D102
        organization = organization_of(hold)
        if organization is None:
            return Unknown()
        asked = operations.ending("extend", organization, hold, now, expires=expires)
        return cast("Extended | Closed | Unknown", await self._groups.answer(organization, asked))

    async def sweep(self, now: Instant) -> int:  # noqa: D102
        expired = 0
        for (book,) in await self._database.fetch("SELECT book FROM interlock.books"):
            more = True
            while more:
                ((found, more),) = await self._database.fetch(
                    "SELECT * FROM interlock.sweep($1, $2)", book, now
                )
                expired += found
        return expired

    async def accounts(self) -> Sequence[AccountEntry]:  # noqa: D102
        return [operations.account_entry(row) for row in await self._database.fetch(_ACCOUNTS)]

    async def holds(self, now: Instant) -> Sequence[OpenHold]:  # noqa: D102
        return [operations.open_hold(row) for row in await self._database.fetch(_HOLDS, now)]

    async def settlements(self, start: Instant, end: Instant) -> AsyncIterator[Settlement]:  # noqa: D102
        # A cursor would do, but as long as one is open the server keeps every version of every hot bucket.
        at, number = start, 0
        while page := await self._database.fetch(_SETTLEMENTS, at, number, end, _PAGE):
            for row in page:
                yield operations.settlement(row)
            at, number = page[-1]["at"], page[-1]["number"]

    async def close(self) -> None:  # noqa: D102
        await self._groups.close()
        await self._database.close()

    async def _perform(self, organization: OrganizationName, group: Sequence[Operation]) -> Sequence[object]:
        """The answers to `group`; those who take come last, when others have made room, and together."""
        book, name = operations.key(organization), operations.text(organization)
        order = sorted(range(len(group)), key=lambda each: operations.takes(group[each]))
        takings = [group[each] for each in order if operations.takes(group[each])]
        others = [group[each] for each in order[: len(group) - len(takings)]]
        rows = await self._database.fetch(_PERFORM, book, name, others, takings)
        answered = dict(zip(order, rows, strict=True))
        return [operations.answer(asked, answered[each][0]) for each, asked in enumerate(group)]
