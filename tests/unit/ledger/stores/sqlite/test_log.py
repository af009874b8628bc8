"""How SQLite's log is kept short while it is written to."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interlock.ledger.stores.sqlite.log import ENOUGH, Log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA wal_autocheckpoint = 0")
        opened.execute("CREATE TABLE kept (text)")
        yield opened


@pytest.fixture
def log(writer: sqlite3.Connection) -> Iterator[Log]:
    (_, _, path) = writer.execute("PRAGMA database_list").fetchone()
    with closing(Log(sqlite3.connect(path, isolation_level=None, check_same_thread=False))) as opened:
        yield opened


def write(writer: sqlite3.Connection, log: Log, rows: int) -> None:
    """Commit something, which counts as that many rows."""
    writer.execute("INSERT INTO kept VALUES (?)", ("x" * 3000,))
    log.grow(rows)
    log.shorten(writer, may_wait=log.waits_for_disk)


def test_only_the_first_commit_of_a_log_waits_for_the_disk_until_it_is_long(
    writer: sqlite3.Connection, log: Log
) -> None:
    assert log.waits_for_disk
    for _ in range(3):
        write(writer, log, 1)
        assert not log.waits_for_disk


def test_a_log_that_is_long_starts_anew(path: Path, writer: sqlite3.Connection, log: Log) -> None:
    sizes = []
    for _ in range(5):
        for _ in range(10):
            write(writer, log, 1)
        write(writer, log, ENOUGH)
        patience = time.monotonic() + 30
        while not log.waits_for_disk and time.monotonic() < patience:
            time.sleep(0.001)
        assert log.waits_for_disk
        write(writer, log, 1)
        sizes.append(path.with_name("file.sqlite-wal").stat().st_size)
    assert len(set(sizes[1:])) == 1
    assert writer.execute("SELECT count(*) FROM kept").fetchone() == (60,)
