"""What a ledger in a file of SQLite has after its process was killed: all that it told of, and it adds up."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import SystemRandom
from threading import Timer
from typing import Final

import pytest

from interlock.identity import AccountName, HoldId
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Closed, Unknown
from interlock.ledger.hold import Status
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import HOUR, NOW, Steps, steps

_LIMITS: Final = {"org": 2_000_000, "team": 40_000, "user": 1_000_000}
_CALLERS: Final = 64

_WRITER: Final = """\
import asyncio, itertools, sys
from pathlib import Path
from interlock.ledger.answers import Ended, Held
from interlock.ledger.hold import FOREVER, Hold, Line, Taking, hold_id
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.ledger.stores.sqlite.file import Durability

path, durability, seed, now, callers, *limits = sys.argv[1:]
accounts = [text.split("=") for text in limits]
now = int(now)
lines = tuple(
    Line(account=name, unit="tokens", amount=10, limit=int(limit), bucket=now, since=now, forgets=FOREVER)
    for name, limit in accounts
)

async def call(ledger, numbers):
    for number in numbers:
        name = hold_id("acme", f"{seed}.{number}".encode())
        hold = Hold(id=name, lines=lines, expires=now + 3600000, facts={})
        if not isinstance(await ledger.take(Taking(organization="acme", holds=(hold,)), now), Held):
            continue
        print("took", name)
        if number % 3 == 0:
            if isinstance(await ledger.settle(name, {"tokens": number % 20 * 333333}, now), Ended):
                print("settled", name)
        elif number % 3 == 1 and isinstance(await ledger.release(name, now), Ended):
            print("released", name)

async def main():
    ledger = await SqliteLedger.open(Path(path), Durability(durability))
    sys.stdout.reconfigure(line_buffering=True)
    print("open")
    numbers = itertools.count()
    await asyncio.gather(*[call(ledger, numbers) for _ in range(int(callers))])

asyncio.run(main())
"""
"""Says what it did when it was told so, until it is killed."""


def told(path: Path, durability: Durability, seed: int, seconds: float) -> Iterator[tuple[str, HoldId]]:
    """What a process says that is killed after some time."""
    limits = [f"{name}={limit}" for name, limit in _LIMITS.items()]
    command = [
        sys.executable,
        "-c",
        _WRITER,
        str(path),
        durability,
        str(seed),
        str(NOW),
        str(_CALLERS),
        *limits,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        killing = Timer(seconds, process.kill)
        killing.start()
        for said in process.stdout:
            if said.endswith("\n"):  # the last one may be half said
                did, hold = said.split()
                yield did, HoldId(hold)
        killing.join()


def became(store: Steps, holds: set[HoldId]) -> set[Status | None]:
    """What is known of `holds`."""
    answers = store.all([store.ledger.extend(hold, NOW, NOW) for hold in holds])
    return {
        each.status if isinstance(each, Closed) else None if isinstance(each, Unknown) else Status.OPEN
        for each in answers
    }


@pytest.mark.parametrize("durability", Durability)
def test_a_killed_process_loses_nothing_that_it_told_of(tmp_path: Path, durability: Durability) -> None:
    path = tmp_path / "ledger.sqlite"
    did: dict[str, set[HoldId]] = {"took": set(), "settled": set(), "released": set()}
    for seed in range(4):
        for what, hold in told(path, durability, seed, SystemRandom().uniform(0.02, 0.25)):
            did[what].add(hold)
        with steps(partial(SqliteLedger.open, path, durability)) as store:
            assert became(store, did["settled"]) <= {Status.SETTLED}
            assert became(store, did["released"]) <= {Status.RELEASED}
            assert None not in became(store, did["took"])
            assert_consistent(store)
    assert all(did.values())


def assert_consistent(store: Steps) -> None:
    """Accounts are the sum of what was settled and what is held, and within their limits."""
    held = store.do(store.ledger.holds(NOW))
    settled = store.every(store.ledger.settlements(NOW, Instant(NOW + HOUR)))
    assert len({each.hold for each in settled} | {each.id for each in held}) == len(settled) + len(held)
    spent = divmod(sum(each.actual["tokens"] for each in settled), PARTS)
    booked = {each.account: each.standing for each in store.do(store.ledger.accounts())}
    for name, limit in _LIMITS.items():
        found = booked[AccountName(name)]
        assert found == Standing(*spent, sum(each.amounts[AccountName(name)] for each in held))
        assert found.used <= limit
