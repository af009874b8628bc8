"""Ends holds, as surely as that can be done while this process runs."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any, Final

from interlock.checks.holds import Settlement, Used
from interlock.errors import InterlockError, RequestError
from interlock.sdk.errors import UnavailableError
from interlock.sdk.points import AsyncPoint
from interlock.sdk.result import CheckResult

_PAUSES: Final = (1, 5, 15, 60, 300, 900, 3600)
"""Seconds between tries to book something while the service is away."""

_log = logging.getLogger("interlock")


def as_held(hold: str) -> Settlement:
    """That all of `hold` was used."""
    return Settlement(hold, used=Used())


class Booking:
    """Says to `point` what became of holds."""

    def __init__(self, point: AsyncPoint) -> None:
        self._point = point
        self._running: set[asyncio.Task[None]] = set()

    async def book(self, settlement: Settlement) -> None:
        """Book `settlement`: all that was held where it can't be understood, and later where nobody answers."""
        try:
            await self._point.settle(settlement)
        except RequestError as error:
            _log.error("what a call used can't be read, so it is booked as it was held: %s", error)
            await self._insisted(as_held(settlement.hold), (0,))
        except InterlockError as error:
            _log.error("what a call used is not booked yet: %s", error)
            self.go_on(self._insisted(settlement, _PAUSES))

    async def give_back(self, hold: str | None) -> None:
        """Release `hold`, if there is one. It fails only where nothing can be done: then it expires."""
        if hold is None:
            return
        try:
            await self._point.release(hold)
        except InterlockError as error:
            _log.error("a hold was not released: %s", error)

    async def abandon(self, deciding: Awaitable[CheckResult]) -> None:
        """Give back what comes of `deciding`, since nobody waits for it."""
        try:
            result = await deciding
        except InterlockError:
            return
        await self.give_back(result.hold)

    def go_on(self, running: Coroutine[Any, Any, None]) -> None:
        """Have `running` go on by itself."""
        task = asyncio.ensure_future(running)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _insisted(self, settlement: Settlement, pauses: tuple[int, ...]) -> None:
        """Book `settlement` as soon as that can be done: a hold may be settled for a week after it expired."""
        for pause in pauses:
            await asyncio.sleep(pause)
            try:
                await self._point.settle(settlement)
            except UnavailableError:
                continue
            except InterlockError as error:
                _log.error("what a call used is not booked: %s", error)
            return
        _log.error("what a call used was not booked: the service was away for too long")
