"""What a ledger in a file of SQLite says when the file can't be written: nothing of it happened."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from interlock.errors import OperatorError
from interlock.ledger.answers import Ended, Held, Unknown
from interlock.ledger.hold import Status
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.model.balances import Standing
from support.ledgers import NOW, ORGANIZATION, Steps, hold, line, memo, named, step, steps, taking, whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture(params=Durability)
def store(path: Path, request: pytest.FixtureRequest) -> Iterator[Steps]:
    """A ledger that has one hold."""
    with steps(partial(SqliteLedger.open, path, request.param)) as opened:
        opened.do(opened.ledger.take(taking(hold(0)), NOW))
        yield opened


def standing(store: Steps) -> Standing:
    return store.do(store.ledger.peek(ORGANIZATION, (line(),), (), NOW)).standings[0]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody writes to the file that isn't theirs."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full() -> Iterator[None]:
    """No file may grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def everything(store: Steps) -> Sequence[object]:
    """What becomes of each kind of step, all of them in one group."""
    ledger = store.ledger
    return await asyncio.gather(
        ledger.take(taking(hold(1), steps=[step("r", 0)], memo=memo()), NOW),
        ledger.settle(named(0), whole(tokens=7), NOW),
        ledger.release(named(0), NOW),
        ledger.extend(named(1), NOW, NOW),
        ledger.sweep(NOW),
        return_exceptions=True,
    )


def test_nothing_of_a_group_that_is_not_written_was_done(store: Steps, path: Path) -> None:
    with locked(path):
        outcomes = store.do(everything(store))
    assert [str(each) for each in outcomes] == [f"the ledger in `{path}` can't be used: database is locked"] * 5
    assert all(isinstance(each, OperatorError) for each in outcomes)
    assert standing(store) == Standing(held=10)
    assert store.do(store.ledger.take(taking(hold(1), steps=[step("r", 0)], memo=memo()), NOW)) == Held(
        (Standing(held=20),)
    )
    assert store.do(store.ledger.settle(named(0), whole(tokens=7), NOW)) == Ended(
        Status.OPEN, (Standing(7, 0, 10),)
    )


def test_nothing_is_done_on_a_full_disk(store: Steps) -> None:
    with full():
        outcomes = store.do(everything(store))
    assert all(isinstance(each, OperatorError) for each in outcomes)
    assert standing(store) == Standing(held=10)
    assert isinstance(store.do(store.ledger.take(taking(hold(1)), NOW)), Held)


def test_who_built_on_what_was_not_written_is_not_answered(store: Steps) -> None:
    async def built() -> Sequence[object]:
        first = asyncio.ensure_future(store.ledger.take(taking(hold(1)), NOW))
        # The group of the first is on its way to the disk when the second is asked for.
        for _ in range(3):
            await asyncio.sleep(0)
        second = store.ledger.settle(named(1), whole(tokens=7), NOW)
        return await asyncio.gather(first, second, return_exceptions=True)

    with full():
        first, second = store.do(built())
    assert isinstance(first, OperatorError)
    assert isinstance(second, OperatorError | Unknown)
    assert standing(store) == Standing(held=10)


def test_a_file_that_was_moved_away_is_not_written_any_more(store: Steps, path: Path) -> None:
    away = path.rename(path.with_name("away"))
    for _ in range(2):
        with pytest.raises(OperatorError, match="no such file or directory"):
            store.do(store.ledger.take(taking(hold(1)), NOW))
    path.touch()
    with pytest.raises(OperatorError, match="another file has taken its place: put it back, or restart"):
        store.do(store.ledger.peek(ORGANIZATION, (line(),), (), NOW))
    away.replace(path)
    assert standing(store) == Standing(held=10)
    assert isinstance(store.do(store.ledger.take(taking(hold(1)), NOW)), Held)


def test_text_that_can_not_be_written_is_refused(store: Steps) -> None:
    with pytest.raises(OperatorError, match="surrogates not allowed"):
        store.do(store.ledger.take(taking(hold(1, line("\ud800"))), NOW))
    assert isinstance(store.do(store.ledger.take(taking(hold(1)), NOW)), Held)


def test_who_waits_no_longer_stops_nobody(store: Steps) -> None:
    async def impatient() -> object:
        leaving = asyncio.ensure_future(store.ledger.take(taking(hold(1)), NOW))
        staying = asyncio.ensure_future(store.ledger.take(taking(hold(2)), NOW))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert store.do(impatient()) == Held((Standing(held=30),))
    assert standing(store) == Standing(held=30)


def test_a_file_that_was_moved_away_can_be_closed(path: Path) -> None:
    with steps(partial(SqliteLedger.open, path)) as store:
        path.rename(path.with_name("away"))
        with pytest.raises(OperatorError):
            store.do(store.ledger.take(taking(hold(1)), NOW))


def test_a_ledger_that_was_closed_answers_nobody(store: Steps) -> None:
    store.do(store.ledger.close())
    with pytest.raises(OperatorError, match="closed database"):
        store.do(store.ledger.take(taking(hold(1)), NOW))
