"""A database of PostgreSQL with the functions of `ledger.sql` in it, and what is wrong where it can't be used.

Knows connections and formats, and nothing of what is kept.
"""

from asyncio import timeout
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Final, Self, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from interlock.errors import OperatorError

FORMAT: Final = 1
"""Of the tables and functions in `ledger.sql`."""

_CONNECTIONS: Final = 8
_PATIENCE: Final = 10.0
"""Seconds for one call, which the server gives up earlier."""

_SETTINGS: Final = {
    "application_name": "interlock",
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "5s",
    # Who asked for a step and went silent before its end is known to be gone, and what it locks is free again.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # What one transaction waited for, the next statement has to see.
    "default_transaction_isolation": "read committed",
    "jit": "off",
}
_OPENING: Final = 0x1_17E8_10CC
"""The lock of who prepares the database."""

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

_FAILURES: Final = (
    OSError,
    ValueError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.exceptions.InternalClientError,
)
_NO_URL: Final = (
    "the ledger's URL can't be read: it is to be postgresql://user:password@host:port/database,"
    " with %2F for `/` in a password and so on"
)
_SCHEMA: Final = (
    "DO $$ BEGIN IF to_regnamespace('interlock') IS NULL THEN CREATE SCHEMA interlock; END IF; END $$"
)

_ADVICE: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "it doesn't let this user in: check user and password, and its pg_hba.conf",
    ),
    ((asyncpg.InvalidCatalogNameError,), "there is no such database: create it"),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "this user may not do that: let it own the schema `interlock`, or create it",
    ),
    ((asyncpg.ReadOnlySQLTransactionError,), "it is read only: name the primary server"),
    (
        (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, TimeoutError),
        "it doesn't answer in time: see what it is busy with, in pg_stat_activity",
    ),
    ((asyncpg.TooManyConnectionsError,), "it has no connection left: raise its max_connections"),
    (
        (
            OSError,
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.exceptions.InternalClientError,
        ),
        "it can't be reached: see that it is up and accepts connections from here",
    ),
)


class Database:
    """Connections to the database that a URL names, which are made again when they are lost."""

    def __init__(self, place: str, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._place = place
        self._pool = pool

    @classmethod
    async def open(cls, url: str) -> Self:
        """The database at `url`, with everything in it that a ledger needs."""
        place = _place(url)
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=_CONNECTIONS,
                timeout=_PATIENCE,
                command_timeout=_PATIENCE,
                server_settings=_SETTINGS,
                reset=_left_as_it_is,
            )
        except _FAILURES as error:
            raise _explained(place, error) from None
        database = cls(place, pool)
        try:
            await database._prepare()
        except BaseException:
            await database.close()
            raise
        return database

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        """The rows that `query` gives, in a transaction of its own."""
        async with self._connection() as connection:
            return await connection.fetch(query, *values)

    async def close(self) -> None:
        """No connection is left."""
        try:
            async with timeout(_PATIENCE):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def _prepare(self) -> None:
        """Make what a ledger needs, unless it is there."""
        async with self._connection() as connection, connection.transaction():
            # Of many services that start at once, one does it.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _OPENING)
            if await connection.fetchval("SHOW transaction_read_only") == "on":
                raise asyncpg.ReadOnlySQLTransactionError
            if await connection.fetchval("SELECT to_regclass('interlock.formats')") is None:
                await connection.execute(_SCHEMA)
                await connection.execute(
                    files("interlock.ledger.stores.postgres").joinpath("ledger.sql").read_text("utf-8")
                )
            found = await connection.fetchval("SELECT format FROM interlock.formats")
            if found != FORMAT:
                message = (
                    f"its ledger has format {found}, and this version writes {FORMAT}: name another database"
                )
                raise OperatorError(f"{self._place}: {message}")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.acquire(timeout=_PATIENCE) as connection:
                yield connection
        except _FAILURES as error:
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                # The URL may name several servers, of which another is the primary now.
                await self._pool.expire_connections()
            raise _explained(self._place, error) from None


async def _left_as_it_is(_connection: object) -> None:
    """Nothing that a ledger asks changes a session."""


def _place(url: str) -> str:
    """Host and database of `url`: nobody may read its password in a log."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
    except ValueError:
        raise OperatorError(_NO_URL) from None
    hosts = parts.netloc.rpartition("@")[2]
    ports = (host.rpartition("]")[2].partition(":")[2] for host in hosts.split(","))
    # A password with a `/`, `?`, `#` or `:` in it that should have been escaped ends where it should not.
    is_clear = "@" not in parts.path + parts.query + parts.fragment and all(
        map(str.isdecimal, filter(None, ports))
    )
    if parts.scheme not in {"postgres", "postgresql"} or not is_clear:
        raise OperatorError(_NO_URL)
    host = hosts or ",".join(query.get("host", ()))
    database = unquote(parts.path[1:]) or ",".join(query.get("database", query.get("dbname", ())))
    return f"the ledger in PostgreSQL at `{host}`, database `{database}`"


def _explained(place: str, error: Exception) -> OperatorError:
    """What is wrong, for who runs the service."""
    for kinds, advice in _ADVICE:
        if isinstance(error, kinds):
            return OperatorError(f"{place}: {advice}")
    # What the server says may go on with the values that it was asked about.
    reason = str(error).partition("\n")[0] if isinstance(error, asyncpg.PostgresError) else type(error).__name__
    return OperatorError(f"{place}: {reason}")
