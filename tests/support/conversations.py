"""Ledgers whose way to their server can be cut at any place of what is said."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from interlock.ledger.stores.postgres.ledger import PostgresLedger
from interlock.ledger.stores.valkey.ledger import ValkeyLedger
from support import postgres, valkeys
from support.cutting import Cable
from support.ledgers import Opened


class Conversation(Struct, frozen=True):
    """A ledger in a server: how to open it through `cable` and `beside` it, and how to empty it."""

    cable: Cable
    opened: Opened
    beside: Opened
    empty: Callable[[], object]


@contextmanager
def conversing(store: str) -> Iterator[Conversation]:
    """What is said to `store` goes through a cable, which knows where a message ends."""
    with _CONVERSING[store]() as conversation:
        yield conversation


@contextmanager
def _with_valkey() -> Iterator[Conversation]:
    server = valkeys.valkey()
    with Cable(Path(server.url.removeprefix("unix://")), _line) as cable:
        yield Conversation(
            cable=cable,
            opened=lambda: ValkeyLedger.open(f"valkey://127.0.0.1:{cable.port}"),
            beside=lambda: ValkeyLedger.open(server.url),
            empty=server.client.flushall,
        )


@contextmanager
def _with_postgres() -> Iterator[Conversation]:
    server = postgres.shared()
    with Cable(server.socket, _message) as cable:
        yield Conversation(
            cable=cable,
            opened=lambda: PostgresLedger.open(
                f"postgresql://interlock:secret@127.0.0.1:{cable.port}/postgres"
            ),
            beside=lambda: PostgresLedger.open(server.url),
            empty=lambda: asyncio.run(server.empty()),
        )


def _line(said: bytes) -> int:
    """Up to the end of a line, of which one message of Valkey's has several."""
    return said.find(b"\r\n") + 2 if b"\r\n" in said else 0


def _message(said: bytes) -> int:
    """The first that a client of PostgreSQL says have no letter; the first that is answered is nothing else."""
    if said == b"N":
        return 1
    start = 0 if said[:1] == b"\0" else 1
    length = start + int.from_bytes(said[start : start + 4], "big")
    return length if start + 4 <= len(said) and length <= len(said) else 0


_CONVERSING: Final[dict[str, Callable[[], AbstractContextManager[Conversation]]]] = {
    "valkey": _with_valkey,
    "postgres": _with_postgres,
}
SERVERS: Final = tuple(_CONVERSING)
"""The stores that are servers."""
