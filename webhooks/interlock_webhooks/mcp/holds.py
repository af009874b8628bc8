"""Says what became of what messages hold, also where whoever waits for that goes away in the middle."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any, TypeVar

from interlock.checks.holds import Settlement, Used
from interlock.errors import InterlockError
from interlock.sdk.points import AsyncPoint

_log = logging.getLogger("interlock")

Given = TypeVar("Given")


class Holds:
    """Ends at `point` what decisions hold, by their records. What goes wrong with that is logged."""

    def __init__(self, point: AsyncPoint) -> None:
        self._point = point
        self._running: set[asyncio.Task[Any]] = set()

    async def spend(self, record: Mapping[str, Any] | None) -> None:
        """Book what was held for a message as used: it may have run, whatever was answered."""
        hold = _hold(record)
        if hold is not None:
            await self.through(_ended(self._point.settle(Settlement(hold=hold, used=Used()))))

    async def give_back(self, record: Mapping[str, Any] | None) -> None:
        """Let go of what was held for a message that did not go on."""
        hold = _hold(record)
        if hold is not None:
            await self.through(_ended(self._point.release(hold)))

    async def through(self, running: Coroutine[Any, Any, Given]) -> Given:
        """What `running` gives, which goes on to its end where whoever waits here is cancelled."""
        return await asyncio.shield(self.begun(running))

    def begun(self, running: Coroutine[Any, Any, Given]) -> asyncio.Task[Given]:
        """`running`, which goes on by itself."""
        task = asyncio.create_task(running)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def _hold(record: Mapping[str, Any] | None) -> str | None:
    hold = None if record is None else record.get("hold")
    return None if hold is None else str(hold["id"])


async def _ended(ending: Awaitable[object]) -> None:
    try:
        await ending
    except InterlockError as broken:
        _log.warning("a hold was not ended, and is given back when it expires: %s", broken)
