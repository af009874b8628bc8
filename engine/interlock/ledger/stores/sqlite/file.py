"""The file that a ledger in SQLite is kept in, which one process owns at a time.

Two connections: one writes, and one reads what is written while the other
waits for the disk. Not for network file systems, where SQLite can't lock.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any, Final

from interlock.errors import OperatorError
from interlock.identity import OrganizationName
from interlock.ledger.account import Bucket
from interlock.ledger.book import Kept, Run, restore
from interlock.ledger.connecting import connected
from interlock.ledger.hold import Memo, RunState
from interlock.ledger.stores.sqlite import rows
from interlock.ledger.stores.sqlite.log import Log
from interlock.ledger.stores.sqlite.memory import Forgotten, Memory
from interlock.model.balances import Standing
from interlock.units import Instant

_PATIENCE: Final = 0.1
"""Seconds to wait for whoever locks the file though it isn't theirs, while nobody else is answered."""

_BATCH: Final = 500
"""Rows that are read or deleted at once, while nobody else is answered."""


class Durability(StrEnum):
    """What all that was answered survives; the file is whole whatever happens."""

    POWER = "power"
    PROCESS = "process"


class LedgerFile:
    """The file at `path`, made with its folder where there is none, and owned until it is closed."""

    def __init__(self, path: Path, durability: Durability) -> None:
        self._path = path
        self._durability = durability
        with self.usable(), ExitStack() as opened:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened.enter_context(closing(_owned(path)))
            self._writer = opened.enter_context(closing(_written(path, durability)))
            self._reader = opened.enter_context(closing(connected(path, _PATIENCE)))
            self._log = opened.enter_context(closing(Log(connected(path, _PATIENCE))))
            self._identity = _identity(path)
            self._opened = opened.pop_all()

    @contextmanager
    def usable(self) -> Iterator[None]:
        """Whatever is wrong with the file is said to who runs the service."""
        try:
            yield
        except (OSError, sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            message = f"the ledger in `{self._path}` can't be used: {(reason or 'failed').lower()}"
            raise OperatorError(message) from None

    @property
    def waits_for_disk(self) -> bool:
        """Whether a commit does now."""
        return self._durability is Durability.POWER or self._log.waits_for_disk

    def write(self, statements: Iterable[tuple[str, list[rows.Row]]]) -> None:
        """Execute each statement with each of its rows; they are kept once they are committed."""
        self._writer.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            if values:
                self._writer.executemany(statement, values)
                self._log.grow(len(values))

    def forget(self, now: Instant, memory: Memory) -> Forgotten:
        """Delete some of what nobody needs from `now` on, once it is committed; `memory` needs what it has."""
        holds = self._writer.execute(rows.FORGET_HOLDS, (now, _BATCH)).fetchall()
        answers = self._writer.execute(rows.FORGET_ANSWERS, (now, _BATCH)).fetchall()
        self._log.grow(len(holds) + len(answers))
        are_all = len(holds) < _BATCH and len(answers) < _BATCH
        if are_all:
            self._writer.execute(rows.FORGET_RUNS, (now,))
            old = self._writer.execute(rows.OLD_ACCOUNTS, (now,)).fetchall()
            # Open holds may need a bucket for longer than its row says.
            over = [names for names in old if memory.bucket(*names) is None]
            self._writer.executemany(rows.FORGET_ACCOUNT, over)
        return Forgotten(tuple(hold for (hold,) in holds), tuple(answers), are_all)

    def commit(self, *, may_wait: bool) -> None:
        """Keep what was written."""
        self._stay()
        self._writer.execute("COMMIT")
        self._log.shorten(self._writer, may_wait=may_wait)

    def roll_back(self) -> None:
        """Drop what was written and not committed."""
        with suppress(sqlite3.Error):
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def memory(self) -> Memory:
        """All that is to be known without looking into the file."""
        self._stay()
        memory, read = Memory(), self._reader.execute
        for organization, account, start, *booked in read(rows.ACCOUNTS):
            memory.books[organization].accounts.setdefault(account, {})[start] = Bucket(*booked)
        for organization, run, version, text, forgets in read(rows.RUNS):
            memory.books[organization].runs[run] = Run(RunState(version=version, text=text), forgets)
        for row in read(rows.OPEN_HOLDS):
            kept = rows.kept_of(row)
            memory.holds[kept.hold.id], organization = row[:2]
            restore(memory.books[organization], kept)
        memory.holds.update(read(rows.ENDED_HOLDS))
        for organization, key, number in read(rows.ANSWERS):
            memory.answers[organization][key] = number
        (last,) = read(rows.LAST).fetchone()
        memory.numbers = count(last + 1)
        return memory

    def hold(self, number: int, organization: OrganizationName) -> Kept | None:
        """The hold of `organization` that goes by `number`."""
        row = self._reader.execute(rows.HOLD, (number, organization)).fetchone()
        return None if row is None else rows.kept_of(row)

    def answer(self, number: int) -> tuple[Memo, tuple[Standing, ...]] | None:
        """The answer that goes by `number`."""
        row = self._reader.execute(rows.ANSWER, (number,)).fetchone()
        return None if row is None else rows.answer_of(*row)

    def settlements(self, after: tuple[Instant, int], end: Instant) -> Sequence[Sequence[Any]]:
        """Some rows of settlements before `end`, in the order of time and number, and `after` those."""
        return self._reader.execute(rows.SETTLEMENTS, (*after, end, _BATCH)).fetchall()

    def close(self) -> None:
        """Let others own it."""
        self._opened.close()

    def _stay(self) -> None:
        """SQLite would go on writing to a file that was deleted, and nobody would find it again."""
        if _identity(self._path) != self._identity:
            raise sqlite3.OperationalError("another file has taken its place: put it back, or restart")


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _owned(path: Path) -> sqlite3.Connection:
    """A lock that the system frees however the process ends."""
    owner = connected(path.with_name(f"{path.name}.owner"), patience=0)
    try:
        owner.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        owner.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        message = "another process uses it: stop that one, or keep a ledger in Valkey or PostgreSQL"
        raise OperatorError(f"the ledger in `{path}` can't be used: {message}") from None
    return owner


def _written(path: Path, durability: Durability) -> sqlite3.Connection:
    file = connected(path, _PATIENCE)
    try:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute(f"PRAGMA synchronous = {'FULL' if durability is Durability.POWER else 'NORMAL'}")
        file.execute("PRAGMA fullfsync = ON")  # macOS else leaves it to the disk when it writes
        file.execute("PRAGMA wal_autocheckpoint = 0")
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
        for statement in rows.SCHEMA:
            file.execute(statement)
    elif found != rows.FORMAT:
        raise sqlite3.DatabaseError(f"it has format {found}, and this version writes {rows.FORMAT}")
