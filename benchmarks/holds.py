"""Holds on a lineage of five accounts, as a service asks for them, and how fast they are taken.

Each has the windows that its instant is in, who it is for, and the answer that
is kept for whoever asks again. All of this is made before the clock starts.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeAlias

from interlock.identity import AccountName, Digest, OrganizationName
from interlock.ledger.hold import REMEMBERED, Hold, Line, Memo, Taking, hold_id
from interlock.ledger.windows import span
from interlock.model.window import Calendar, Lifetime, Period, PerRun, Rolling, Window
from interlock.units import Instant, Milliseconds

SECONDS: Final = 1.0
"""How long each figure is measured in each round."""

_ORGANIZATION: Final = OrganizationName("acme")
_HELD: Final = 10 * 60 * 1000
_ANSWER: Final = '[{"decision":"allow","budgets":[' + ",".join(['{"budget":"team","left":12345}'] * 20) + "]}]"
_BODY: Final = Digest("sha256:" + "0" * 64)
_CHUNK: Final = 100

_LINEAGE: Final[tuple[tuple[str, int, Window], ...]] = (
    ("organization", 1, Calendar(period=Period.MONTH, zone="Europe/Berlin")),
    ("team", 4, Calendar(period=Period.WEEK)),
    ("project", 16, Lifetime()),
    ("agent", 64, Rolling(Milliseconds(24 * 60 * 60 * 1000))),
    ("run", 256, PerRun(Milliseconds(60 * 60 * 1000))),
)
"""The accounts that a hold is on: how many there are of a kind, and in which window they count."""

_serial = count()

Step: TypeAlias = Callable[[Taking], Awaitable[object]]


def now() -> Instant:
    """The time."""
    return Instant(time.time_ns() // 1_000_000)


def taking() -> Taking:
    """A hold on all of a lineage that nobody asked for before."""
    number, at = next(_serial), now()
    hold = Hold(
        id=hold_id(_ORGANIZATION, secrets.token_bytes(16)),
        lines=tuple(_line(kind, number % kinds, window, at) for kind, kinds, window in _LINEAGE),
        expires=Instant(at + _HELD),
        facts={"organization": "acme", "team": "search", "agent": "bot", "model": "gpt-5"},
    )
    key = Digest(f"sha256:{secrets.token_hex(32)}")
    memo = Memo(key=key, body=_BODY, answer=_ANSWER, forgets=Instant(at + REMEMBERED))
    return Taking(organization=_ORGANIZATION, holds=(hold,), memo=memo)


def _line(kind: str, number: int, window: Window, at: Instant) -> Line:
    place = span(window, at)
    return Line(
        account=AccountName(f"{kind}/cost/{number}"),
        unit="cost",
        amount=10_000,
        limit=2**50,
        bucket=place.bucket,
        since=place.since,
        forgets=place.forgets,
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something was done in a second, in how many microseconds, and in how many of CPU here."""

    rate: float
    cpu: float
    p50: float
    p99: float


async def pace(step: Step, callers: int) -> Pace:
    """The pace of `callers` who each do `step` with one hold after the other."""
    took: list[float] = []
    await _rush(step, callers, [])
    spent = cpu = 0.0
    while spent < SECONDS:
        rushed, worked = await _rush(step, callers, took)
        spent, cpu = spent + rushed, cpu + worked
    took.sort()
    return Pace(
        len(took) / spent, cpu / len(took) * 1e6, took[len(took) // 2] * 1e6, took[len(took) * 99 // 100] * 1e6
    )


async def _rush(step: Step, callers: int, took: list[float]) -> tuple[float, float]:
    """The seconds that a few steps of each caller take, and those of CPU in this process."""
    made = [taking() for _ in range(callers * _CHUNK)]
    started, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_caller(step, made[each::callers], took) for each in range(callers)))
    return time.perf_counter() - started, time.process_time() - worked


async def _caller(step: Step, made: Sequence[Taking], took: list[float]) -> None:
    clock = time.perf_counter
    for each in made:
        started = clock()
        await step(each)
        took.append(clock() - started)
