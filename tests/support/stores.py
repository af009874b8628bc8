"""The stores that ledgers are kept in, each started and stopped by the tests themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from support.ledgers import Opened

STORES: Final = ("memory",)
"""All of them."""


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


_OPENING: Final = {"memory": _memory}
