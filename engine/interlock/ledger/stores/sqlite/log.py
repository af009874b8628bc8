"""SQLite's write-ahead log: what is written goes there, and is moved to the tables once in a while.

Moving is long, so it is done beside the writing; only the rest, written
meanwhile, is moved while nobody writes, and then the log starts anew.
"""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

ENOUGH: Final = 16_000
"""Rows to have in the log before it is moved: tens of megabytes, and hot pages are moved once."""

_MOVE: Final = "PRAGMA wal_checkpoint(PASSIVE)"


class Log:
    """How long the log is, and what is to be done about it; `beside` is a connection of its own to the file."""

    def __init__(self, beside: sqlite3.Connection) -> None:
        self._beside = beside
        self._thread = ThreadPoolExecutor(1, "ledger-log")
        self._rows = 0
        self._is_moving = False
        self._is_moved = False
        self._is_fresh = True

    @property
    def waits_for_disk(self) -> bool:
        """Whether the next commit does: the last one of a log, and the first."""
        return self._is_moved or self._is_fresh

    def grow(self, rows: int) -> None:
        """Have that many rows more."""
        self._rows += rows

    def shorten(self, writer: sqlite3.Connection, *, may_wait: bool) -> None:
        """Move what there is if it is enough, after a commit of `writer`."""
        self._is_fresh = False
        if self._is_moved and may_wait:
            self._rest(writer)
        elif self._rows >= ENOUGH and not self._is_moving:
            self._is_moving = True
            self._thread.submit(self._move)

    def close(self) -> None:
        """Move nothing any more."""
        self._thread.shutdown()
        self._beside.close()

    def _move(self) -> None:
        # What can't be moved now stays in the log, where it is as safe.
        with suppress(sqlite3.Error):
            self._beside.execute(_MOVE).fetchone()
        self._is_moved = True

    def _rest(self, writer: sqlite3.Connection) -> None:
        with suppress(sqlite3.Error):
            writer.execute(_MOVE).fetchone()
        self._rows, self._is_moving, self._is_moved, self._is_fresh = 0, False, False, True
