"""A ledger in a file of SQLite answers as one in memory, whatever is asked and however often it is opened."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import Digest, RunId
from interlock.ledger.hold import LATE, REMEMBERED, Hold, Taking
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.units import Instant
from support.ledgers import HOUR, MINUTE, NOW, ORGANIZATION, line, memo, named, step, taking, whole

Call: TypeAlias = Callable[[Ledger, Instant], Coroutine[None, None, object]]
Turn: TypeAlias = tuple[int, str, int, list[Call]]

_NUMBERS: Final = st.integers(0, 3)
_WAITS: Final = st.sampled_from([0, 0, 0, 1, MINUTE, HOUR, REMEMBERED - 1, REMEMBERED, LATE])
_AMOUNTS: Final = st.integers(0, 3)
_ACCOUNTS: Final = [line(name, 0, limit) for name, limit in (("org", 6), ("team", 4), ("agent", None))]


@st.composite
def takings(draw: st.DrawFn) -> Call:
    """Holds, a step and an answer, each or none."""
    numbers = draw(st.lists(_NUMBERS, max_size=2, unique=True))
    accounts = draw(st.lists(st.sampled_from(("org", "team", "agent")), min_size=1, max_size=3, unique=True))
    amount, limit = draw(_AMOUNTS), draw(st.sampled_from((4, 8, None)))
    lasts, run, version = draw(_WAITS), draw(st.none() | st.just("r")), draw(st.integers(0, 2))
    key, body = draw(st.none() | st.sampled_from("kl")), draw(st.sampled_from("bc"))

    def taken(now: Instant) -> Taking:
        lines = tuple(line(name, amount, limit, forgets=now + 2 * HOUR) for name in accounts)
        holds = [Hold(id=named(n), lines=lines, expires=Instant(now + 1 + lasts), facts={}) for n in numbers]
        return taking(
            *holds,
            steps=[] if run is None else [step(run, version, body, now + HOUR)],
            memo=None if key is None else memo(key, body, str(now), now + HOUR),
        )

    return lambda ledger, now: ledger.take(taken(now), now)


@st.composite
def endings(draw: st.DrawFn) -> Call:
    """Another step of a hold."""
    hold, used, lasts = named(draw(_NUMBERS)), draw(_AMOUNTS), draw(_WAITS)
    steps: list[Call] = [
        lambda ledger, now: ledger.settle(hold, whole(tokens=used), now),
        lambda ledger, now: ledger.release(hold, now),
        lambda ledger, now: ledger.extend(hold, Instant(now + lasts), now),
    ]
    return draw(st.sampled_from(steps))


def peek(ledger: Ledger, now: Instant) -> Coroutine[None, None, object]:
    return ledger.peek(ORGANIZATION, _ACCOUNTS, (RunId("r"),), now, (Digest("k"), Digest("b")))


_CALLS: Final = st.one_of(takings(), takings(), endings(), endings(), st.just(peek))
_TURNS: Final = st.lists(
    st.tuples(
        _WAITS,
        st.sampled_from(["", "", "open", "sweep"]),
        st.integers(0, 6),
        st.lists(_CALLS, min_size=1, max_size=4),
    ),
    max_size=12,
)
"""How long nothing happens, what is done with the ledger then, and what is asked for that many steps apart."""


@given(durability=st.sampled_from(Durability), turns=_TURNS)
def test_it_answers_as_a_ledger_in_memory(durability: Durability, turns: Sequence[Turn]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_compared(Path(folder) / "ledger.sqlite", durability, turns))


async def _compared(path: Path, durability: Durability, turns: Sequence[Turn]) -> None:
    model, now = MemoryLedger(), NOW
    ledger = await SqliteLedger.open(path, durability)
    try:
        for wait, what, pause, calls in turns:
            now = Instant(now + wait)
            if what == "open":
                await ledger.close()
                ledger = await SqliteLedger.open(path, durability)
            if what == "sweep":
                assert await ledger.sweep(now) == await model.sweep(now)
            expected = [await call(model, now) for call in calls]
            assert await _answers([call(ledger, now) for call in calls], pause) == expected
        assert await ledger.sweep(now) == await model.sweep(now)
        assert await _read(ledger, now) == await _read(model, now)
    finally:
        await ledger.close()


async def _answers(calls: Sequence[Coroutine[None, None, object]], pause: int) -> list[object]:
    """The answers to calls of which each finds those before on their way to the disk, or answered."""
    asked = []
    for call in calls:
        asked.append(asyncio.ensure_future(call))
        for _ in range(pause):
            await asyncio.sleep(0)
    return await asyncio.gather(*asked)


async def _read(ledger: Ledger, now: Instant) -> list[set[str]]:
    settled = [each async for each in ledger.settlements(NOW, Instant(now + 1))]
    return [set(map(repr, each)) for each in (await ledger.accounts(), await ledger.holds(now), settled)]
