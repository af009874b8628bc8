"""Calls of LiteLLM that are under way, decided by a gate with a budget of 300 tokens.

A call of `request()` may write 100 tokens, and holds 104.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from interlock import CheckResult, Gate, HoldAnswer, Settlement
from interlock.integrations.litellm.deciding import Served
from interlock.integrations.litellm.inflight import InFlight
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.sdk.errors import UnavailableError
from support.budgets import engine_of, limited

NOBODY: Caller = {}
USED = {"prompt_tokens": 3, "completion_tokens": 50, "total_tokens": 53}


class Point(Gate):
    """A gate that fails as it is told to, and otherwise answers."""

    fails: tuple[str, ...] = ()
    error: Exception = UnavailableError("the service is away")

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        result = await super().check(check, within=within)
        self._fail("check")
        return result

    async def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        self._fail("settle")
        return await super().settle(settlement, within=within)

    async def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        self._fail("release")
        return await super().release(hold, within=within)

    def _fail(self, call: str) -> None:
        if call in self.fails:
            self.fails = tuple(each for each in self.fails if each != call)
            raise self.error


def as_named(model: str, _: Mapping[str, Any]) -> Iterable[str]:
    return [f"openai/{model}"]


@asynccontextmanager
async def flight(
    *documents: str, served: Served = as_named, **terms: Any
) -> AsyncIterator[tuple[InFlight, Point]]:
    async with Point(engine_of(limited("tokens", 300), *documents)) as point:
        yield InFlight(point, served, **terms), point


def request(**more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": ""}]
    return {"model": "priced", "messages": messages, "max_tokens": 100, "metadata": {}, **more}


async def stands(point: Point) -> tuple[int, int]:
    """What is spent and held now."""
    check: Any = {"chat": {k: v for k, v in request().items() if k != "metadata"}, "dryRun": True}
    (account,) = (await Gate.check(point, check)).record["budgets"]
    return account["spent"], account["held"]


def is_quiet() -> bool:
    """Whether nothing goes on but this."""
    return len(asyncio.all_tasks()) == 1


async def until(stands: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await stands():  # noqa: ASYNC110  # a ledger tells nobody
            await asyncio.sleep(0.01)
