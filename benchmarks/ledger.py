"""Holds a second of every store of ledgers, over a lineage of five accounts, each beside its counterpart.

The counterpart is the least that the store could do for an answer, through the
same connections and in the same run. Rounds are interleaved and medians
compared. Run: PYTHONPATH=tests python -m benchmarks.ledger
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias

from benchmarks.holds import Pace, Step, now, pace, taking
from benchmarks.stores import Store, stores

from interlock.ledger import book
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Ended, Held
from interlock.ledger.book import Book
from interlock.ledger.hold import Taking
from interlock.ledger.ledger import Ledger
from interlock_webhooks.serve import event_loop

CALLERS: Final = (1, 64)
ROUNDS: Final = 3
_RULED: Final = 20_000
_COUNTERPART: Final = "counterpart"
_HOLDS: Final = "holds"
_PAIRS: Final = "holds and settlements"
_HEADINGS: Final = (
    "store",
    "callers",
    "step",
    "a second",
    "p50 µs",
    "p99 µs",
    "CPU µs",
    "counterpart",
    "of it",
)

Paces: TypeAlias = dict[tuple[str, int], list[Pace]]


def holding(ledger: Ledger) -> Step:
    """Taking a hold of `ledger`."""

    async def hold(asked: Taking) -> None:
        if not isinstance(await ledger.take(asked, now()), Held):
            raise SystemExit("a hold was not taken")

    return hold


def settling(ledger: Ledger) -> Step:
    """Taking a hold of `ledger` and saying what was used of it."""
    hold = holding(ledger)

    async def settle(asked: Taking) -> None:
        await hold(asked)
        if not isinstance(await ledger.settle(asked.holds[0].id, {"cost": 7_500 * PARTS}, now()), Ended):
            raise SystemExit("a hold was not settled")

    return settle


async def measure(store: Store, paces: Paces) -> None:
    """Add to `paces` one round of `store`."""
    with tempfile.TemporaryDirectory() as folder:
        async with store.open(Path(folder)) as (ledger, least):
            steps = {_COUNTERPART: least, _HOLDS: holding(ledger), _PAIRS: settling(ledger)}
            for callers in CALLERS:
                for name, step in steps.items():
                    paces.setdefault((name, callers), []).append(await pace(step, callers))


def ruled() -> tuple[float, float]:
    """The microseconds of CPU that `book.take` needs for a hold, and those of asking for one."""
    kept, at = Book(), now()
    started = time.process_time_ns()
    made = [taking() for _ in range(_RULED)]
    asked = time.process_time_ns()
    for each in made:
        book.take(kept, each, at)
    return (time.process_time_ns() - asked) / _RULED / 1000, (asked - started) / _RULED / 1000


def rows(store: Store, paces: Paces) -> Iterator[tuple[str, ...]]:
    """Medians over the rounds, and their share of the counterpart's rate."""
    for callers in CALLERS:
        rates = {
            name: median(one.rate for one in paces[name, callers]) for name in (_COUNTERPART, _HOLDS, _PAIRS)
        }
        least = rates.pop(_COUNTERPART)
        for name, rate in rates.items():
            found = paces[name, callers]
            yield (
                store.name,
                str(callers),
                name,
                f"{rate:,.0f}",
                f"{median(one.p50 for one in found):,.0f}",
                f"{median(one.p99 for one in found):,.0f}",
                f"{median(one.cpu for one in found):,.1f}",
                f"{store.counterpart}, {least:,.0f}",
                f"{rate / least:.2f}",
            )


def main() -> None:
    """Measure all in one run and print a table."""
    found, missing = stores()
    paces: dict[str, Paces] = {store.name: {} for store in found}
    alone = []
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        for _ in range(ROUNDS):
            alone.append(ruled())
            for store in found:
                runner.run(measure(store, paces[store.name]))
    print(_line(_HEADINGS), _line(["---"] * len(_HEADINGS)), sep="\n")
    for store in found:
        for row in rows(store, paces[store.name]):
            print(_line(row))
    taken, asked = (min(figures) for figures in zip(*alone, strict=True))
    print(f"\nThe rules alone: {taken:.1f} µs of CPU a hold; {asked:.1f} µs to ask for one.")
    print(f"{ROUNDS} interleaved rounds, medians; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")
    for absent in missing:
        print(f"left out: {absent}")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
