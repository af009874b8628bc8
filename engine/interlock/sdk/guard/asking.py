"""Whom a guard asks: an engine, which holds nothing, or a point; from functions of both kinds."""

import asyncio
import inspect
from typing import TYPE_CHECKING, TypeAlias, cast

from typing_extensions import TypeIs

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.intents.check import CheckRequest
from interlock.sdk.points import AsyncPoint, Point
from interlock.sdk.result import CheckResult

if TYPE_CHECKING:
    from interlock.decisionlog.recorded import RecordedDecision

Asked: TypeAlias = Engine | Point | AsyncPoint


def is_asynchronous(asked: Asked) -> TypeIs[AsyncPoint]:
    """Whether its answers have to be awaited."""
    return inspect.iscoroutinefunction(asked.check)


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
    if is_asynchronous(asked):
        result = await asked.check(check)
        result.raise_if_denied()
        return result
    if isinstance(asked, Engine):
        return allowed(asked, check)
    return await asyncio.to_thread(allowed, asked, check)
