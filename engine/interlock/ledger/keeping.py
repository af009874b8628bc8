"""A file of SQLite that outlives the process, in transactions; several processes of one machine may share it.

What is written is on the disk before anybody is answered. Not for network file
systems, where SQLite can't lock.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from interlock.errors import OperatorError
from interlock.ledger.connecting import connected

_FORMAT: Final = 1
_PATIENCE: Final = 1.0
"""Seconds to wait for another process that writes."""


class KeptFile:
    """The file at `path`, which is made, with its folder and the tables of `schema`, when it is first needed.

    `failed` is what is said where it can't be used, such as `the uses of waivers in {} can't be counted`.
    """

    def __init__(self, path: Path, schema: Sequence[str], failed: str) -> None:
        self._path = path
        self._schema = schema
        self._failed = failed
        self._lock = Lock()
        self._opened: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """The file as it is at one moment; all that is written to it is there at the end, or nothing is.

        Raises:
            OperatorError: it can't be used.
        """
        try:
            with self._lock:
                if self._opened is None:
                    self._opened = self._open()
                with self._opened:
                    self._opened.execute(begin)
                    yield self._opened
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            failed = self._failed.format(f"`{self._path}`")
            raise OperatorError(f"{failed}: {(reason or 'failed').lower()}") from None

    def close(self) -> None:
        """Hold it no longer open."""
        if self._opened is not None:
            self._opened.close()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = connected(self._path, _PATIENCE)
        try:
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = FULL")
            with file:
                file.execute("BEGIN IMMEDIATE")
                self._prepare(file)
        except BaseException:
            file.close()
            raise
        return file

    def _prepare(self, file: sqlite3.Connection) -> None:
        (found,) = file.execute("PRAGMA user_version").fetchone()
        if found == 0:
            for statement in (*self._schema, f"PRAGMA user_version = {_FORMAT}"):
                file.execute(statement)
        elif found != _FORMAT:
            raise sqlite3.DatabaseError(f"it has format {found}, and this version writes {_FORMAT}")
