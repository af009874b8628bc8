"""Whether a guarded call may go on. What is held for one that nobody waits for any more is given back."""

import asyncio
from typing import TYPE_CHECKING, Final, cast

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.errors import InterlockError
from interlock.intents.check import CheckRequest
from interlock.sdk.guard.asking import Asked, is_asynchronous
from interlock.sdk.guard.ending import end_async
from interlock.sdk.points import AsyncPoint, Point
from interlock.sdk.result import CheckResult

if TYPE_CHECKING:
    from interlock.decisionlog.recorded import RecordedDecision

_abandoned: Final[set[asyncio.Task[None]]] = set()
"""What goes on by itself: an event loop alone would forget it."""


def allowed(asked: Engine | Point, check: CheckRequest) -> CheckResult:
    """The allowance of `check`.

    Raises:
        DeniedError: it is denied.
        InterlockError: nobody decides it.
    """
    if isinstance(asked, Engine):
        result = CheckResult(cast("RecordedDecision", record(asked.check(check))))
    else:
        result = asked.check(check)
    result.raise_if_denied()
    return result


async def allowed_async(asked: Asked, check: CheckRequest) -> CheckResult:
    """The same for programs with an event loop, which waits for nobody else."""
    if isinstance(asked, Engine):
        return allowed(asked, check)
    deciding = asyncio.ensure_future(_decided(asked, check))
    try:
        result = await asyncio.shield(deciding)
    except asyncio.CancelledError:
        task = asyncio.ensure_future(_give_back(asked, deciding))
        _abandoned.add(task)
        task.add_done_callback(_abandoned.discard)
        raise
    result.raise_if_denied()
    return result


async def _decided(asked: Point | AsyncPoint, check: CheckRequest) -> CheckResult:
    if is_asynchronous(asked):
        return await asked.check(check)
    return await asyncio.to_thread(asked.check, check)


async def _give_back(asked: Point | AsyncPoint, deciding: asyncio.Task[CheckResult]) -> None:
    try:
        result = await deciding
    except InterlockError:
        return
    await end_async(asked, result.hold, None)
