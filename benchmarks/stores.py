"""The stores of ledgers, each beside the least that it could do: one call, or one write, without a rule."""

import asyncio
import atexit
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest
from benchmarks.holds import Step, now

from interlock.ledger import book
from interlock.ledger.book import Book
from interlock.ledger.hold import Taking
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.stores.postgres.ledger import PostgresLedger
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.ledger.stores.valkey.ledger import ValkeyLedger
from support import postgres, valkeys

Compared: TypeAlias = tuple[Ledger, Step]


@dataclass(frozen=True, slots=True)
class Store:
    """A store, the name of its counterpart, and how both are opened in an empty folder."""

    name: str
    counterpart: str
    open: Callable[[Path], AbstractAsyncContextManager[Compared]]


class Rows:
    """What SQLite alone needs for as many bytes: one row a hold, one transaction a turn of the event loop."""

    def __init__(self, path: Path, durability: Durability) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute(f"PRAGMA synchronous = {'FULL' if durability is Durability.POWER else 'NORMAL'}")
        self._file.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, text BLOB)")
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []

    async def insert(self, taking: Taking) -> None:
        """Have `taking` in a row that is committed."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._commit)
        done = loop.create_future()
        self._waiting.append((msgspec.json.encode(taking), done))
        await done

    def close(self) -> None:
        """Be used no more."""
        self._file.close()

    def _commit(self) -> None:
        group, self._waiting = self._waiting, []
        self._file.execute("BEGIN IMMEDIATE")
        self._file.executemany("INSERT INTO rows (text) VALUES (?)", [(text,) for text, _ in group])
        self._file.execute("COMMIT")
        for _, done in group:
            done.set_result(None)


def stores() -> tuple[list[Store], list[str]]:
    """Those that this machine has, and what is missing of the others."""
    missing: list[str] = []
    found = [_memory(), _sqlite(Durability.POWER), _sqlite(Durability.PROCESS)]
    for reach in (_valkey, _postgres):
        try:
            found.append(reach())
        except pytest.skip.Exception as absent:
            missing.append(str(absent))
    return found, missing


def _memory() -> Store:
    @asynccontextmanager
    async def opened(_folder: Path) -> AsyncIterator[Compared]:
        kept = Book()

        async def ruled(taking: Taking) -> None:
            book.take(kept, taking, now())

        yield MemoryLedger(), ruled

    return Store("memory", "the rules alone", opened)


def _valkey() -> Store:
    server = valkeys.valkey()

    @asynccontextmanager
    async def opened(_folder: Path) -> AsyncIterator[Compared]:
        server.client.flushall()
        ledger = await ValkeyLedger.open(server.url)
        call = ledger._servers.call  # noqa: SLF001 - the same connection

        async def ping(_taking: Taking) -> None:
            await call("", "PING")

        yield ledger, ping
        await ledger.close()

    return Store("Valkey, everysec", "PING", opened)


def _postgres() -> Store:
    server = postgres.Server(postgres.programs(), postgres.SAFE)
    atexit.register(server.remove)

    @asynccontextmanager
    async def opened(_folder: Path) -> AsyncIterator[Compared]:
        ledger = await PostgresLedger.open(server.url)
        await server.empty()
        fetch = ledger._database.fetch  # noqa: SLF001 - the same connections

        async def select(_taking: Taking) -> None:
            await fetch("SELECT 1")

        yield ledger, select
        await ledger.close()

    return Store("PostgreSQL", "SELECT 1", opened)


def _sqlite(durability: Durability) -> Store:
    @asynccontextmanager
    async def opened(folder: Path) -> AsyncIterator[Compared]:
        with closing(Rows(folder / "rows.sqlite", durability)) as rows:
            ledger = await SqliteLedger.open(folder / "ledger.sqlite", durability)
            yield ledger, rows.insert
            await ledger.close()

    return Store(f"SQLite, {durability}", "rows and COMMIT", opened)
