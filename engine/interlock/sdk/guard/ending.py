"""How the hold of a guarded call ends. What goes wrong with that is logged, and never undoes the call."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from interlock.checks.holds import Settlement, Used
from interlock.engine import Engine
from interlock.errors import InterlockError, RequestError
from interlock.sdk.guard.asking import Asked, is_asynchronous
from interlock.sdk.points import Point

_log = logging.getLogger("interlock")


def settlement(hold: str | None, used: Callable[[Any], Used] | None, result: object) -> Settlement | None:
    """That what `used` says of `result` was used, or what was held where that says nothing or fails."""
    if hold is None:
        return None
    if used is None:
        return as_held(hold)
    try:
        return Settlement(hold=hold, used=used(result))
    except Exception:  # noqa: BLE001 - the call was made, and its result belongs to who made it
        _log.exception("nobody knows what a call used: what was held is booked: hold %s", hold)
        return as_held(hold)


def as_held(hold: str) -> Settlement:
    """That what was held was used."""
    return Settlement(hold=hold, used=Used())


def end(asked: Engine | Point, hold: str | None, settled: Settlement | None) -> None:
    """The hold, if there is one, is as `settled`, or released where that is None: nothing was used."""
    if hold is None or isinstance(asked, Engine):
        return
    try:
        if settled is None:
            asked.release(hold)
            return
        try:
            asked.settle(settled)
        except RequestError as error:
            _log.warning("what was held is booked: %s: hold %s", error, hold)
            asked.settle(as_held(hold))
    except InterlockError as error:
        _left_open(hold, error)


async def end_async(asked: Asked, hold: str | None, settled: Settlement | None) -> None:
    """The same for programs with an event loop, which waits for nobody else."""
    if hold is None or isinstance(asked, Engine):
        return
    if not is_asynchronous(asked):
        await asyncio.to_thread(end, asked, hold, settled)
        return
    try:
        if settled is None:
            await asked.release(hold)
            return
        try:
            await asked.settle(settled)
        except RequestError as error:
            _log.warning("what was held is booked: %s: hold %s", error, hold)
            await asked.settle(as_held(hold))
    except InterlockError as error:
        _left_open(hold, error)


def _left_open(hold: str, error: InterlockError) -> None:
    _log.error("a hold was not ended, and expires: %s: hold %s", error, hold)
