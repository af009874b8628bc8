"""Access requests in a file, which outlives the process; several processes of one machine may share it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec
from msgspec import Struct

from interlock.checks.approving import Status
from interlock.identity import Digest
from interlock.ledger.keeping import KeptFile
from interlock.units import Instant, days
from interlock_webhooks.approvals.access import AccessRequest

MOST_PENDING: Final = 10_000
"""Requests that may be pending at once; whoever floods it is refused, and nobody else's is dropped."""

_FAILED: Final = "the access requests in {} can't be kept"
_REMEMBERED: Final = days(30)
"""How long an access request is known after it expired or was decided."""

_SCHEMA: Final = (
    "CREATE TABLE asked (id TEXT PRIMARY KEY, pending INT, forget INT, body BLOB, once TEXT, digest TEXT)",
    "CREATE INDEX asked_pending ON asked (pending, id)",
    "CREATE INDEX asked_forget ON asked (forget)",
    "CREATE UNIQUE INDEX asked_once ON asked (once)",
)
_INSERT: Final = "INSERT INTO asked VALUES (?, ?, ?, ?, ?, ?)"
_UPDATE: Final = "UPDATE asked SET pending = ?, forget = ?, body = ? WHERE id = ?"
_REQUEST: Final = msgspec.json.Decoder(AccessRequest)


class FullError(Exception):
    """Too many are pending."""


class Once(Struct, frozen=True):
    """What tells an access request that is made again: its key, and the digest of its body."""

    key: Digest
    digest: Digest


class MismatchError(Exception):
    """The key belongs to a request with another body."""


class AccessRequests:
    """The access requests in the file at `path`, which is made, with its folder, when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, _SCHEMA, _FAILED)

    def add(self, request: AccessRequest, once: Once | None, now: Instant) -> AccessRequest:
        """`request`, kept; or the one that was kept under the same key.

        Raises:
            MismatchError: that one has another body.
            FullError: too many are pending.
        """
        with self._file.transaction("BEGIN IMMEDIATE") as file:
            file.execute("DELETE FROM asked WHERE forget <= ?", (now,))
            if once is not None:
                found = file.execute("SELECT body, digest FROM asked WHERE once = ?", (once.key,)).fetchone()
                if found is not None and found[1] != once.digest:
                    raise MismatchError
                if found is not None:
                    return _REQUEST.decode(found[0])
            (pending,) = file.execute("SELECT count(*) FROM asked WHERE pending > ?", (now,)).fetchone()
            if pending >= MOST_PENDING:
                raise FullError
            key, digest = (None, None) if once is None else (once.key, once.digest)
            file.execute(_INSERT, (request.id, *_row(request), key, digest))
            return request

    def get(self, id_: str) -> AccessRequest | None:
        """The access request of that id."""
        with self._file.transaction("BEGIN") as file:
            return _found(file, id_)

    def change(self, id_: str, change: Callable[[AccessRequest], AccessRequest]) -> AccessRequest | None:
        """The access request of that id, changed, unless `change` raises; None where there is none."""
        with self._file.transaction("BEGIN IMMEDIATE") as file:
            found = _found(file, id_)
            if found is None:
                return None
            changed = change(found)
            file.execute(_UPDATE, (*_row(changed), id_))
            return changed

    def pending(self, now: Instant) -> list[AccessRequest]:
        """Those that wait for somebody, by id."""
        query = "SELECT body FROM asked WHERE pending > ? ORDER BY id"
        with self._file.transaction("BEGIN") as file:
            return [_REQUEST.decode(body) for (body,) in file.execute(query, (now,))]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _row(request: AccessRequest) -> tuple[int, int, bytes]:
    """Until when it is pending, when it is forgotten, and itself."""
    is_pending = request.status is Status.PENDING
    last = max(request.expires, request.until or request.expires)
    return (request.expires if is_pending else 0, last + _REMEMBERED, msgspec.json.encode(request))


def _found(file: sqlite3.Connection, id_: str) -> AccessRequest | None:
    found = file.execute("SELECT body FROM asked WHERE id = ?", (id_,)).fetchone()
    return None if found is None else _REQUEST.decode(found[0])
