"""Ledgers under test, each called step by step, and holds to take from them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.ledger.account import PARTS
from interlock.ledger.hold import FOREVER, Hold, Line, Memo, RunStep, Taking, hold_id
from interlock.ledger.ledger import Ledger
from interlock.units import Instant

NOW: Final = Instant(1_800_000_000_000)
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
ORGANIZATION: Final = OrganizationName("acme")
EXPIRY: Final = Instant(NOW + HOUR)
"""When a hold of a test expires unless told otherwise."""

_Answer = TypeVar("_Answer")

Opened = Callable[[], Awaitable[Ledger]]


class Steps:
    """A ledger and the event loop that it lives in: `do` waits for one call."""

    def __init__(self, opened: Opened, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.ledger = runner.run(_awaited(opened()))

    def do(self, call: Awaitable[_Answer]) -> _Answer:
        """The answer to one call."""
        return self._runner.run(_awaited(call))

    def all(self, calls: Iterable[Awaitable[_Answer]]) -> list[_Answer]:
        """The answers to calls that are made at once."""
        return self._runner.run(_gathered(calls))

    def every(self, items: AsyncIterator[_Answer]) -> list[_Answer]:
        """All that `items` gives."""
        return self._runner.run(_collected(items))


@contextmanager
def steps(opened: Opened) -> Iterator[Steps]:
    """The ledger that `opened` gives, closed in the end."""
    with asyncio.Runner() as runner:
        own = Steps(opened, runner)
        try:
            yield own
        finally:
            own.do(own.ledger.close())


async def _awaited(call: Awaitable[_Answer]) -> _Answer:
    return await call


async def _gathered(calls: Iterable[Awaitable[_Answer]]) -> list[_Answer]:
    return list(await asyncio.gather(*calls))


async def _collected(items: AsyncIterator[_Answer]) -> list[_Answer]:
    return [item async for item in items]


def named(number: int, organization: OrganizationName = ORGANIZATION) -> HoldId:
    """The id of the hold that goes by `number`."""
    return hold_id(organization, number.to_bytes(8, "big"))


def line(  # noqa: PLR0913 - what a line is
    account: str = "team",
    amount: int = 10,
    limit: int | None = 100,
    *,
    unit: str = "tokens",
    bucket: int = NOW,
    since: int | None = None,
    forgets: int = FOREVER,
) -> Line:
    """A line in one window that never ends, unless told otherwise."""
    return Line(
        account=AccountName(account),
        unit=unit,
        amount=amount,
        limit=limit,
        bucket=Instant(bucket),
        since=Instant(bucket if since is None else since),
        forgets=Instant(forgets),
    )


LINEAGE: Final = tuple(line(name, 10, limit) for name, limit in (("org", 1000), ("team", 100), ("agent", 15)))
"""A line on each account from the root to a leaf, which has room for one hold."""


def hold(number: int, *lines: Line, expires: int = EXPIRY) -> Hold:
    """A hold of `lines`."""
    return Hold(id=named(number), lines=lines or (line(),), expires=Instant(expires), facts={"team": "search"})


def taking(*holds: Hold, steps: Sequence[RunStep] = (), memo: Memo | None = None) -> Taking:
    """All of `holds` in one step."""
    return Taking(organization=ORGANIZATION, holds=holds, steps=tuple(steps), memo=memo)


def step(run: str, version: int, text: str = "", forgets: int = NOW + HOUR) -> RunStep:
    """The writing of `text` to `run` where it is at `version`."""
    return RunStep(run=RunId(run), version=version, text=text, forgets=Instant(forgets))


def memo(key: str = "key", body: str = "body", answer: str = "answer", forgets: int = NOW + HOUR) -> Memo:
    """An answer to be kept."""
    return Memo(key=Digest(key), body=Digest(body), answer=answer, forgets=Instant(forgets))


def whole(**units: int) -> dict[str, int]:
    """An actual use of whole units."""
    return {unit: amount * PARTS for unit, amount in units.items()}
