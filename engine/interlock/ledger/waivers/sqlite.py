"""Uses counted in a file, which outlives the process; several processes of one machine may share it.

What is taken is on the disk before anybody is answered. Not for network file
systems, where SQLite can't lock.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from interlock.errors import OperatorError
from interlock.identity import Digest
from interlock.ledger.connecting import connected
from interlock.ledger.waivers.uses import REMEMBERED, Claim, Left, Quota, balance

_FORMAT: Final = 1
_PATIENCE: Final = 1.0
"""Seconds to wait for another process that writes."""

_SCHEMA: Final = (
    "CREATE TABLE taken (approval TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE held (request TEXT, approval TEXT, at INTEGER, UNIQUE (request, approval))",
    "CREATE INDEX held_at ON held (at)",
    f"PRAGMA user_version = {_FORMAT}",
)
_LEFT: Final = (
    "SELECT coalesce((SELECT uses FROM taken WHERE approval = :approval), 0),"
    " EXISTS (SELECT 1 FROM held WHERE request = :request AND approval = :approval AND at > :past)"
)
_TAKE: Final = "INSERT INTO taken VALUES (?, 1) ON CONFLICT (approval) DO UPDATE SET uses = uses + 1"


class SqliteUses:
    """Counts uses in the file at `path`, which is made, with its folder, when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._opened: sqlite3.Connection | None = None

    def left(self, quota: Quota, claim: Claim) -> int:
        """How many uses `quota` has left for the request that claims them."""
        with self._transaction("BEGIN") as file:
            return _Book(file, claim).left(quota)

    def take(self, quotas: Collection[Quota], claim: Claim) -> Left | None:
        """What was left before one use of each of `quotas` was taken, or None where one had none."""
        with self._transaction("BEGIN IMMEDIATE") as file:
            book = _Book(file, claim)
            book.forget()
            before = {quota.approval: book.left(quota) for quota in quotas}
            if not all(before.values()):
                return None
            for quota in quotas:
                book.take(quota)
            return before

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is not None:
            self._opened.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """The file as it is at one moment; all that is written to it is there at the end, or nothing is."""
        try:
            with self._lock:
                if self._opened is None:
                    self._opened = _open(self._path)
                with self._opened:
                    self._opened.execute(begin)
                    yield self._opened
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            message = f"the uses of waivers in `{self._path}` can't be counted: {(reason or 'failed').lower()}"
            raise OperatorError(message) from None


class _Book:
    """What the file says to one claim."""

    def __init__(self, file: sqlite3.Connection, claim: Claim) -> None:
        self._file = file
        self._claim = claim
        self._past = claim.now - REMEMBERED
        """What was taken then or before belongs to no request any more."""

    def left(self, quota: Quota) -> int:
        taken, is_held = self._standing(quota.approval)
        return balance(quota, taken, is_held=is_held)

    def take(self, quota: Quota) -> None:
        request, now = self._claim.request, self._claim.now
        _, is_held = self._standing(quota.approval)
        if is_held:
            return
        self._file.execute(_TAKE, (quota.approval,))
        if request is not None:
            self._file.execute("INSERT INTO held VALUES (?, ?, ?)", (request, quota.approval, now))

    def forget(self) -> None:
        """Drop what no request can claim any more, so that the file is bounded by the uses of an hour."""
        self._file.execute("DELETE FROM held WHERE at <= ?", (self._past,))

    def _standing(self, approval: Digest) -> tuple[int, bool]:
        """How many uses of `approval` are taken, and whether the claim's request has one of them."""
        asked = {"approval": approval, "request": self._claim.request, "past": self._past}
        taken, is_held = self._file.execute(_LEFT, asked).fetchone()
        return taken, bool(is_held)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = connected(path, _PATIENCE)
    try:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        with file:
            file.execute("BEGIN IMMEDIATE")
            _prepare(file)
    except BaseException:
        file.close()
        raise
    return file


def _prepare(file: sqlite3.Connection) -> None:
    (found,) = file.execute("PRAGMA user_version").fetchone()
    if found == 0:
        for statement in _SCHEMA:
            file.execute(statement)
    elif found != _FORMAT:
        raise sqlite3.DatabaseError(f"it has format {found}, and this version writes {_FORMAT}")
