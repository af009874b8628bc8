"""CRASH_RECOVERY: what is in the log of SQLite when all power is lost is all of the first steps, and no others.

The log is cut at any byte, and what was not yet on the disk is lost or wrong.
What is there then is exactly what all steps left whose end is before the cut.
Where durability is `power`, a step is answered when the disk has it, so it is
before any cut that losing power makes; where it is `process`, steps that were
answered may be behind the cut, whole ones and the latest.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from interlock.identity import HoldId, RunId
from interlock.ledger.hold import FOREVER, Hold, Taking
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.units import Instant
from support.accounting.faults import writer_of
from support.ledgers import HOUR, NOW, ORGANIZATION, line, memo, named, step, steps, taking, whole

State: TypeAlias = Sequence[object]
Asking: TypeAlias = tuple[int, int, str]
"""Of which hold, how much, and what."""

_LINEAGE: Final = tuple(line(name, 0, None) for name in ("org", "team", "agent"))
_HOLDS: Final = 3


class Done(Struct, frozen=True):
    """How everything was after a step, and how long the log was when it was answered."""

    state: State
    log: int


class Stopped(Struct, frozen=True):
    """The files of a ledger, and all that was done before it was stopped."""

    file: bytes
    log: bytes
    done: Sequence[Done]


def taken(number: int, amount: int) -> Taking:
    lines = tuple(line(each.account, amount, None) for each in _LINEAGE)
    one = Hold(id=named(number), lines=lines, expires=Instant(NOW + HOUR), facts={"team": "é" * 500})
    return taking(one, steps=[step("r", number)], memo=memo(str(number)))


async def asked(ledger: Ledger, number: int, amount: int, what: str) -> None:
    """One step, which may also be refused."""
    match what:
        case "take":
            await ledger.take(taken(number, amount), NOW)
        case "settle":
            await ledger.settle(named(number), whole(tokens=amount), NOW)
        case "release":
            await ledger.release(named(number), NOW)
        case "extend":
            await ledger.extend(named(number), Instant(NOW + 2 * HOUR), NOW)
        case _:
            await ledger.sweep(Instant(NOW + HOUR))


async def state(ledger: Ledger) -> State:
    """All that a ledger says of what it has."""
    keys = [(memo(str(number)).key, memo(str(number)).body) for number in range(_HOLDS)]
    answers = [(await ledger.peek(ORGANIZATION, _LINEAGE, [RunId("r")], NOW, key)) for key in keys]
    accounts = {each.account: each.standing for each in await ledger.accounts()}
    holds: dict[HoldId, Instant] = {each.id: each.expires for each in await ledger.holds(NOW)}
    settled = [each async for each in ledger.settlements(NOW, FOREVER)]
    return answers, accounts, holds, settled


async def stopped(folder: Path, durability: Durability, asking: Sequence[Asking]) -> Stopped:
    """What is left of a ledger in `folder` that did all that was asked."""
    path, log = folder / "ledger.sqlite", folder / "ledger.sqlite-wal"
    ledger = await SqliteLedger.open(path, durability)
    try:
        done = [Done(await state(ledger), log.stat().st_size)]
        for each in asking:
            await asked(ledger, *each)
            done.append(Done(await state(ledger), log.stat().st_size))
        return Stopped(path.read_bytes(), log.read_bytes(), done)
    finally:
        await ledger.close()


async def recovered(
    folder: Path, durability: Durability, file: bytes, log: bytes, asking: Sequence[Asking]
) -> tuple[State, State]:
    """What a ledger says that finds these files, and what it says after all that is asked."""
    (folder / "ledger.sqlite").write_bytes(file)
    (folder / "ledger.sqlite-wal").write_bytes(log)
    ledger = await SqliteLedger.open(folder / "ledger.sqlite", durability)
    try:
        at_first = await state(ledger)
        for each in asking:
            await asked(ledger, *each)
        return at_first, await state(ledger)
    finally:
        await ledger.close()


_ASKING: Final = st.tuples(
    st.integers(0, _HOLDS - 1),
    st.integers(0, 9),
    st.sampled_from(("take", "take", "settle", "release", "extend", "sweep")),
)


@given(data=st.data(), durability=st.sampled_from(Durability), asking=st.lists(_ASKING, min_size=1, max_size=8))
def test_what_is_recovered_is_the_first_steps_and_whole(
    data: st.DataObject, durability: Durability, asking: Sequence[Asking]
) -> None:
    with TemporaryDirectory() as folder:
        before = asyncio.run(stopped(Path(folder), durability, asking))
    for _ in range(3):
        cut = data.draw(st.integers(0, len(before.log)), label="cut")
        log = before.log[:cut] + data.draw(lost(before.log[cut:]), label="lost")
        count = max(sum(done.log <= cut for done in before.done) - 1, 0)
        with TemporaryDirectory() as folder:
            found, after = asyncio.run(recovered(Path(folder), durability, before.file, log, asking[count:]))
        assert found == before.done[count].state
        assert after == before.done[-1].state, "who asks again for what was lost has it all"


def lost(rest: bytes) -> st.SearchStrategy[bytes]:
    """What a disk may have instead of `rest`, whose first byte it never got: nothing, or parts of it."""
    if not rest:
        return st.just(b"")
    wrong = bytes([rest[0] ^ 0xFF])
    return st.sampled_from((b"", wrong + bytes(len(rest) - 1), wrong + rest[1:]))


@pytest.mark.parametrize(
    ("durability", "synchronous"), [(Durability.POWER, "FULL"), (Durability.PROCESS, "NORMAL")]
)
def test_where_power_may_be_lost_the_disk_has_each_step(
    durability: Durability, synchronous: str, tmp_path: Path
) -> None:
    """SQLite syncs the log with each step where that is FULL; no test can take the power away."""
    with steps(partial(SqliteLedger.open, tmp_path / "ledger.sqlite", durability)) as store:
        (found,) = writer_of(store.ledger).execute("PRAGMA synchronous").fetchone()
    assert ("OFF", "NORMAL", "FULL", "EXTRA")[found] == synchronous
