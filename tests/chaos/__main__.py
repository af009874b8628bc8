"""Kills services and stores in the middle of their work: is all that was acknowledged there, once?

`make chaos` runs it, `make chaos ROUNDS=12` fewer rounds of it, and `SEED=…` asks for the same again. What must
not be is printed, and fails.
"""

import os
import sys
import time
from collections.abc import Iterable
from random import Random
from typing import Final

import pytest

from chaos.rounds import Tally, tally
from chaos.targets import TARGETS

_HEADINGS: Final = [
    "killed",
    "rounds",
    "requests",
    "acknowledged holds",
    "denials",
    "settled or released",
    "answered again",
    "lost",
    "booked twice",
    "over a limit",
    "stuck",
]
_SHOWN: Final = 20


def main(rounds: int, seed: int) -> int:
    """Print what comes of `rounds`, shared among the targets; 1 if anything is as it must not be."""
    print(f"{rounds} rounds, seed {seed}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    print(_row(_HEADINGS), _row(["---", *["---:"] * (len(_HEADINGS) - 1)]), sep="\n", flush=True)
    left_out: list[str] = []
    problems: list[str] = []
    for number, target in enumerate(TARGETS):
        share = (rounds + number) // len(TARGETS)
        if share == 0:
            continue
        try:
            found = tally(target, share, Random(seed + number))
        except pytest.skip.Exception as absent:
            left_out.append(f"{target.name}: left out: {absent}")
            continue
        print(_row([target.name, *_figures(found)]), flush=True)
        problems += found.problems
    for line in [*left_out, *problems[:_SHOWN]]:
        print(line)
    return 1 if problems else 0


def _figures(found: Tally) -> list[str]:
    done = found.rounds, found.requests, found.holds, found.denials, found.ends, found.again
    return [f"{each:,}" for each in (*done, found.lost, found.twice, found.over, found.stuck)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(
        main(int(os.environ.get("ROUNDS", "100")), int(os.environ.get("SEED", str(time.time_ns() % 2**32))))
    )
