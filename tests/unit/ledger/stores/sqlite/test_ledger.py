"""What a ledger in a file of SQLite survives, and who may have the file."""

import os
import sqlite3
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from interlock.errors import OperatorError
from interlock.identity import RunId
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import Closed, Ended, Extended, Held, Mismatched, Remembered, Unknown
from interlock.ledger.hold import REMEMBERED, RunState, Status
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import (
    HOUR,
    MINUTE,
    NOW,
    ORGANIZATION,
    Opened,
    Steps,
    hold,
    line,
    memo,
    named,
    step,
    steps,
    taking,
    whole,
)

LATER: Final = Instant(NOW + HOUR)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite"


@pytest.fixture(params=Durability)
def opened(path: Path, request: pytest.FixtureRequest) -> Opened:
    """The same file each time, with all that is promised of it."""
    return partial(SqliteLedger.open, path, request.param)


def standing(store: Steps, now: int = NOW) -> Standing:
    (found,) = store.do(store.ledger.peek(ORGANIZATION, (line(),), (), Instant(now))).standings
    return found


# What is answered survives


def read(store: Steps) -> set[str]:
    """All that is held and booked."""
    return {*map(repr, store.do(store.ledger.holds(NOW))), *map(repr, store.do(store.ledger.accounts()))}


def test_holds_and_accounts_are_there_again(opened: Opened) -> None:
    with steps(opened) as store:
        store.do(store.ledger.take(taking(hold(1), hold(2, line("org", 7), line("team", 5))), NOW))
        before = read(store)
    with steps(opened) as store:
        assert read(store) == before
        assert standing(store) == Standing(held=15)
        assert store.do(store.ledger.take(taking(hold(1)), NOW)) == Mismatched()


def test_what_became_of_holds_is_there_again(opened: Opened) -> None:
    with steps(opened) as store:
        store.do(store.ledger.take(taking(*map(hold, range(4)), hold(4, expires=NOW + 1)), NOW))
        store.do(store.ledger.settle(named(0), whole(tokens=7), NOW))
        store.do(store.ledger.release(named(1), NOW))
        store.do(store.ledger.extend(named(2), Instant(LATER + MINUTE), NOW))
        assert store.do(store.ledger.sweep(Instant(NOW + 1))) == 1
    with steps(opened) as store:
        assert standing(store) == Standing(7, 0, 20)
        assert store.do(store.ledger.settle(named(0), whole(tokens=8), NOW)) == Closed(Status.SETTLED)
        again = store.do(store.ledger.settle(named(0), whole(tokens=7), NOW))
        assert again == Ended(Status.SETTLED, (Standing(7, 0, 20),))
        assert store.do(store.ledger.extend(named(1), LATER, NOW)) == Closed(Status.RELEASED)
        assert store.do(store.ledger.extend(named(2), LATER, NOW)) == Extended(Instant(LATER + MINUTE))
        late = store.do(store.ledger.settle(named(4), whole(tokens=1), NOW))
        assert late == Ended(Status.EXPIRED, (Standing(8, 0, 20),))
        settled = store.every(store.ledger.settlements(NOW, LATER))
        assert [(each.hold, each.actual) for each in settled] == [
            (named(0), whole(tokens=7)),
            (named(4), whole(tokens=1)),
        ]


def test_a_hold_that_is_open_again_expires(opened: Opened) -> None:
    with steps(opened) as store:
        store.do(store.ledger.take(taking(hold(1)), NOW))
    with steps(opened) as store:
        assert standing(store, LATER - 1) == Standing(held=10)
        assert store.do(store.ledger.sweep(LATER)) == 1
        assert standing(store, LATER) == Standing()


@pytest.mark.parametrize("released", [False, True])
def test_a_window_that_a_hold_made_longer_is_so_again_with_all_that_is_spent(
    opened: Opened, *, released: bool
) -> None:
    longer = hold(2, line(forgets=LATER + HOUR), expires=LATER + HOUR)
    with steps(opened) as store:
        store.do(store.ledger.take(taking(hold(1, line(forgets=LATER))), NOW))
        store.do(store.ledger.settle(named(1), whole(tokens=7), NOW))
        store.do(store.ledger.take(taking(longer), Instant(NOW + 1)))
        if released:
            store.do(store.ledger.release(named(2), NOW))
        store.do(store.ledger.sweep(LATER))
    held = 0 if released else 10
    with steps(opened) as store:
        assert standing(store, LATER) == Standing(7, 0, held)
        store.do(store.ledger.sweep(Instant(LATER + 1)))
    with steps(opened) as store:
        assert standing(store, LATER + HOUR - 1) == Standing(7, 0, held)
        assert standing(store, LATER + HOUR) == Standing()


def test_what_is_held_in_a_window_that_is_over_is_not_held_in_one_that_begins_anew(opened: Opened) -> None:
    with steps(opened) as store:
        store.do(store.ledger.take(taking(hold(1, line(forgets=NOW + 1), expires=LATER)), NOW))
        store.do(store.ledger.take(taking(hold(2, line(amount=3), expires=LATER)), Instant(NOW + 1)))
        before = standing(store, NOW + 1)
    with steps(opened) as store:
        assert standing(store, NOW + 1) == before == Standing(held=3)


def test_runs_and_answers_are_there_again(opened: Opened) -> None:
    with steps(opened) as store:
        store.do(store.ledger.take(taking(hold(1), steps=[step("r", 0, "one")], memo=memo()), NOW))
    with steps(opened) as store:
        seen = store.do(store.ledger.peek(ORGANIZATION, (), (RunId("r"),), NOW))
        assert seen.runs == (RunState(version=1, text="one"),)
        again = store.do(store.ledger.take(taking(hold(2), memo=memo()), NOW))
        assert again == Remembered("answer", (Standing(held=10),))
        other = store.do(store.ledger.take(taking(hold(2), memo=memo(body="else")), NOW))
        assert other == Mismatched()


def test_what_is_forgotten_is_not_there_again(opened: Opened, path: Path) -> None:
    with steps(opened) as store:
        many = [hold(number, line(limit=None, forgets=LATER)) for number in range(700)]
        store.do(store.ledger.take(taking(*many), NOW))
        store.all([store.ledger.release(each.id, NOW) for each in many])
        store.do(store.ledger.take(taking(steps=[step("r", 0)], memo=memo()), NOW))
        store.do(store.ledger.sweep(Instant(NOW + REMEMBERED)))
        assert store.do(store.ledger.release(named(1), NOW)) == Unknown()
    with sqlite3.connect(path) as file:
        for table in ("accounts", "holds", "runs", "answers"):
            assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608 - ours
    file.close()
    with steps(opened) as store:
        assert store.do(store.ledger.release(named(1), NOW)) == Unknown()


def test_numbers_beyond_those_of_sqlite_are_there_again(opened: Opened) -> None:
    huge = MOST * PARTS * 2
    many = [hold(number, line("huge", MOST, None)) for number in range(1, 2000)]
    with steps(opened) as store:
        store.do(store.ledger.take(taking(hold(0), *many), NOW))
        store.do(store.ledger.settle(named(0), {"tokens": huge}, NOW))
    with steps(opened) as store:
        (settled,) = store.every(store.ledger.settlements(NOW, LATER))
        assert settled.actual == {"tokens": huge}
        assert store.do(store.ledger.settle(named(0), {"tokens": huge - 1}, NOW)) == Closed(Status.SETTLED)
        seen = store.do(store.ledger.peek(ORGANIZATION, (line("huge"),), (), NOW))
        assert seen.standings == (Standing(held=MOST * 1999),)


def test_many_settlements_are_read_in_their_order(opened: Opened) -> None:
    many = [hold(number, line(limit=None)) for number in range(1200)]
    with steps(opened) as store:
        store.do(store.ledger.take(taking(*many), NOW))
        store.all(
            [store.ledger.settle(named(number), {}, Instant(NOW + number // 700)) for number in range(1200)]
        )
        found = [each.hold for each in store.every(store.ledger.settlements(NOW, Instant(NOW + 2)))]
    assert found == [named(number) for number in range(1200)]


# Who may have it

_OWNER: Final = """\
import asyncio, sys
from pathlib import Path
from interlock.ledger.stores.sqlite.ledger import SqliteLedger

async def own():
    await SqliteLedger.open(Path(sys.argv[1]))
    print("owned", flush=True)
    await asyncio.sleep(60)

asyncio.run(own())
"""


def refusal(opened: Opened) -> str:
    with pytest.raises(OperatorError) as refused, steps(opened):
        pass
    return str(refused.value)


def test_a_process_owns_it_until_it_is_killed(opened: Opened, path: Path) -> None:
    command = [sys.executable, "-c", _OWNER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "owned\n"
            assert refusal(opened) == (
                f"the ledger in `{path}` can't be used: another process uses it:"
                " stop that one, or keep a ledger in Valkey or PostgreSQL"
            )
        finally:
            process.kill()
    with steps(opened) as store:
        assert standing(store) == Standing()


def test_who_was_refused_takes_nothing_from_its_owner(opened: Opened, path: Path) -> None:
    with steps(opened) as store:
        assert "another process uses it" in refusal(opened)
        command = [sys.executable, "-c", _OWNER, str(path)]
        refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        assert "another process uses it" in refused.stderr
        assert isinstance(store.do(store.ledger.take(taking(hold(1)), NOW)), Held)


def test_only_its_owner_can_read_it(opened: Opened, path: Path) -> None:
    umask = os.umask(0)
    try:
        with steps(opened) as store:
            store.do(store.ledger.take(taking(hold(1)), NOW))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(umask)
    assert {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite.owner"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_no_such_file_is_refused(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no database " * 100)
    assert refusal(opened) == f"the ledger in `{path}` can't be used: file is not a database"


def test_a_folder_in_its_place_is_refused(opened: Opened, path: Path) -> None:
    path.mkdir(parents=True)
    assert refusal(opened) == f"the ledger in `{path}` can't be used: unable to open database file"


def test_a_file_of_another_format_is_refused(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 7")
    file.close()
    assert refusal(opened).endswith("it has format 7, and this version writes 1")


def test_a_file_without_its_tables_is_refused_and_not_kept(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 1")
    file.close()
    assert [refusal(opened) for _ in range(2)] == [
        f"the ledger in `{path}` can't be used: no such table: accounts"
    ] * 2


def test_a_lock_that_is_none_is_refused(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    path.with_name("ledger.sqlite.owner").write_text("no database " * 100)
    assert refusal(opened) == f"the ledger in `{path}` can't be used: file is not a database"
