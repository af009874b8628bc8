"""Stores that fail at a chosen place of one step, as disks, servers and networks do, and then work again."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, TypeAlias, cast

from msgspec import Struct

from interlock.ledger.ledger import Ledger
from support.ledgers import Opened
from support.stores import opening

Failing: TypeAlias = Callable[[Ledger, int], AbstractContextManager[None]]
"""While it lasts, the ledger fails at the place that goes by the number, if it gets there."""


class Fault(Struct, frozen=True):
    """What can go wrong in a store, at every so many places.

    `kept` gives, for a folder, how to open the ledger and how it fails.
    """

    store: str
    name: str
    stride: int
    kept: Callable[[str, Path], AbstractContextManager[tuple[Opened, Failing]]]


@contextmanager
def _interrupted(store: str, folder: Path) -> Iterator[tuple[Opened, Failing]]:
    """SQLite ends after so many of its instructions, within a statement or before it commits."""

    @contextmanager
    def failing(ledger: Ledger, place: int) -> Iterator[None]:
        left = place

        def is_over() -> bool:
            nonlocal left
            left -= 1
            return left == -1

        writer = writer_of(ledger)
        writer.set_progress_handler(is_over, 1)
        try:
            yield
        finally:
            writer.set_progress_handler(None, 1)

    with opening(store, folder) as opened:
        yield opened, failing


@contextmanager
def _full(store: str, folder: Path) -> Iterator[tuple[Opened, Failing]]:
    """The log of SQLite gets so many bytes longer, and then the disk is full."""

    @contextmanager
    def failing(_ledger: Ledger, place: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        (log,) = folder.glob("*-wal")
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + place, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    with opening(store, folder) as opened:
        yield opened, failing


def writer_of(ledger: Ledger) -> sqlite3.Connection:
    """The connection that a ledger in SQLite writes by, which it shows to nobody."""
    return cast("sqlite3.Connection", vars(vars(ledger)["_file"])["_writer"])


FAULTS: Final = tuple(
    fault
    for store in ("sqlite", "sqlite-process")
    for fault in (Fault(store, "interrupted", 1, _interrupted), Fault(store, "full", 419, _full))
)
