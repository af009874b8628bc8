"""Uses counted in a file, which outlives the process; several processes of one machine may share it."""

import sqlite3
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from interlock.identity import Digest
from interlock.ledger.keeping import KeptFile
from interlock.ledger.waivers.uses import REMEMBERED, Claim, Left, Quota, balance

_FAILED: Final = "the uses of waivers in {} can't be counted"

_SCHEMA: Final = (
    "CREATE TABLE taken (approval TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE held (request TEXT, approval TEXT, at INTEGER, UNIQUE (request, approval))",
    "CREATE INDEX held_at ON held (at)",
)
_LEFT: Final = (
    "SELECT coalesce((SELECT uses FROM taken WHERE approval = :approval), 0),"
    " EXISTS (SELECT 1 FROM held WHERE request = :request AND approval = :approval AND at > :past)"
)
_TAKE: Final = "INSERT INTO taken VALUES (?, 1) ON CONFLICT (approval) DO UPDATE SET uses = uses + 1"


class SqliteUses:
    """Counts uses in the file at `path`, which is made, with its folder, when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, _SCHEMA, _FAILED)

    def left(self, quota: Quota, claim: Claim) -> int:
        """How many uses `quota` has left for the request that claims them."""
        with self._file.transaction("BEGIN") as file:
            return _Book(file, claim).left(quota)

    def take(self, quotas: Collection[Quota], claim: Claim) -> Left | None:
        """What was left before one use of each of `quotas` was taken, or None where one had none."""
        with self._file.transaction("BEGIN IMMEDIATE") as file:
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
        self._file.close()


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
