"""What the file of uses outlives, and who may read it."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from interlock.errors import OperatorError
from interlock.identity import Digest
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.ledger.waivers.uses import REMEMBERED, Claim, Quota
from interlock.units import Instant

_NOW: Final = Instant(1_767_225_600_000)
_QUOTA: Final = Quota(Digest("sha256:trial"), 3)

_WRITER: Final = """\
import sys
from pathlib import Path
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.ledger.waivers.uses import Claim, Quota

uses, quota = SqliteUses(Path(sys.argv[1])), Quota("sha256:many", int(sys.argv[2]))
while taken := uses.take([quota], Claim(0)):
    print(taken[quota.approval], flush=True)
print("none", flush=True)
"""
"""Says what was left before each use that it has taken, when it is sure of it."""


def _writer(file: Path, most: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(file), str(most)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_is_taken_outlives_the_process(tmp_path: Path) -> None:
    with SqliteUses(tmp_path / "uses.sqlite") as uses:
        uses.take([_QUOTA], Claim(_NOW, Digest("a")))
    with SqliteUses(tmp_path / "uses.sqlite") as uses:
        assert uses.left(_QUOTA, Claim(_NOW)) == 2
        assert uses.left(_QUOTA, Claim(_NOW, Digest("a"))) == 3


def test_who_opens_the_file_again_in_one_process_leaves_its_locks_as_they_are(tmp_path: Path) -> None:
    """Else another process that closes the file takes itself for the last one, and removes the log (POSIX)."""
    file = tmp_path / "uses.sqlite"
    visitor = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM held').connection.close()"
    )
    with SqliteUses(file) as uses, SqliteUses(file) as others:
        for each in (uses, others):
            each.take([_QUOTA], Claim(_NOW))
        subprocess.run([sys.executable, "-c", visitor, file], check=True)
        assert file.with_name("uses.sqlite-wal").exists()


def test_a_killed_writer_loses_no_use_that_it_told_of_and_takes_none_too_many(tmp_path: Path) -> None:
    file, most = tmp_path / "uses.sqlite", 100_000
    told: list[str] = []
    for _ in range(6):
        with _writer(file, most) as process:
            assert process.stdout is not None
            told.append(process.stdout.readline().strip())
            time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read().splitlines()
    assert len(set(told)) == len(told)
    with SqliteUses(file) as uses:
        taken = most - uses.left(Quota(Digest("sha256:many"), most), Claim(_NOW))
        # A writer can be killed between taking its last use and saying so.
        assert len(told) <= taken <= len(told) + 6
        tight = Quota(Digest("sha256:many"), taken + 2)
        assert [uses.take([tight], Claim(_NOW)) for _ in range(3)] == [
            {tight.approval: 2},
            {tight.approval: 1},
            None,
        ]


def test_processes_that_share_the_file_take_each_use_once(tmp_path: Path) -> None:
    file, most = tmp_path / "uses.sqlite", 60
    processes = [_writer(file, most) for _ in range(3)]
    said = [process.communicate(timeout=60)[0].split() for process in processes]
    assert all(process.returncode == 0 for process in processes)
    assert [lines[-1] for lines in said] == ["none"] * 3
    assert sorted(int(number) for lines in said for number in lines[:-1]) == list(range(1, most + 1))


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        with SqliteUses(tmp_path / "state" / "uses.sqlite") as uses:
            uses.take([_QUOTA], Claim(_NOW))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "state").iterdir()}
    finally:
        os.umask(umask)
    assert "uses.sqlite" in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    with SqliteUses(tmp_path / "state" / "uses.sqlite"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_requests_are_forgotten_when_nobody_can_claim_their_uses(tmp_path: Path) -> None:
    quota = Quota(Digest("sha256:many"), 100)
    with SqliteUses(tmp_path / "uses.sqlite") as uses:
        for number in range(10):
            uses.take([quota], Claim(Instant(_NOW + number), Digest(f"request-{number}")))
        uses.take([quota], Claim(Instant(_NOW + REMEMBERED + 8), Digest("late")))
    with sqlite3.connect(tmp_path / "uses.sqlite") as file:
        (kept,) = zip(*file.execute("SELECT request FROM held ORDER BY request"), strict=True)
    file.close()
    assert kept == ("late", "request-9")


def _refusal(path: Path) -> str:
    with SqliteUses(path) as uses, pytest.raises(OperatorError) as refused:
        uses.left(_QUOTA, Claim(_NOW))
    return str(refused.value)


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "uses.sqlite"
    path.write_text("no database " * 100)
    assert _refusal(path) == f"the uses of waivers in `{path}` can't be counted: file is not a database"


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    assert (
        _refusal(tmp_path)
        == f"the uses of waivers in `{tmp_path}` can't be counted: unable to open database file"
    )


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "uses.sqlite"
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 7")
    file.close()
    assert _refusal(path).endswith("it has format 7, and this version writes 1")


def test_a_file_that_somebody_keeps_locked_is_given_up_on(tmp_path: Path) -> None:
    path = tmp_path / "uses.sqlite"
    with SqliteUses(path) as uses:
        assert uses.left(_QUOTA, Claim(_NOW)) == 3
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperatorError, match="database is locked"):
            uses.take([_QUOTA], Claim(_NOW))
        other.execute("ROLLBACK")
        other.close()
        assert uses.take([_QUOTA], Claim(_NOW)) == {_QUOTA.approval: 3}
