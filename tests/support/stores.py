"""The stores that ledgers are kept in, each started and stopped by the tests themselves."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.stores.postgres.ledger import PostgresLedger
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.ledger.stores.valkey.ledger import ValkeyLedger
from support import postgres
from support.clusters import cluster
from support.ledgers import Opened
from support.valkeys import Server, redis, valkey

STORES: Final = ("memory", "sqlite", "sqlite-process", "valkey", "valkey-cluster", "redis", "postgres")
"""All of them."""

_Keeping: TypeAlias = Callable[[Path], AbstractContextManager[Opened]]


@contextmanager
def opening(store: str, folder: Path) -> Iterator[Opened]:
    """How to open an empty ledger of `store`, again and again; its files are in `folder`."""
    kept = _OPENING[store]
    with kept(folder) as opened:
        yield opened


@contextmanager
def _memory(_folder: Path) -> Iterator[Opened]:
    ledger = MemoryLedger()

    async def opened() -> Ledger:
        return ledger

    yield opened


def _sqlite(durability: Durability) -> _Keeping:
    @contextmanager
    def kept(folder: Path) -> Iterator[Opened]:
        yield partial(SqliteLedger.open, folder / "ledger.sqlite", durability)

    return kept


@contextmanager
def _valkey(_folder: Path) -> Iterator[Opened]:
    yield _empty(valkey())


@contextmanager
def _valkey_cluster(_folder: Path) -> Iterator[Opened]:
    shared = cluster()
    shared.flush()
    yield partial(ValkeyLedger.open, shared.url)


@contextmanager
def _redis(_folder: Path) -> Iterator[Opened]:
    yield _empty(redis())


@contextmanager
def _postgres(_folder: Path) -> Iterator[Opened]:
    server = postgres.shared()
    asyncio.run(server.empty())
    yield partial(PostgresLedger.open, server.url)


def _empty(server: Server) -> Opened:
    server.client.flushall()
    return lambda: ValkeyLedger.open(server.url)


_OPENING: Final[dict[str, _Keeping]] = {
    "memory": _memory,
    "sqlite": _sqlite(Durability.POWER),
    "sqlite-process": _sqlite(Durability.PROCESS),
    "valkey": _valkey,
    "valkey-cluster": _valkey_cluster,
    "redis": _redis,
    "postgres": _postgres,
}
