"""A bound on how long something is waited for, which costs nothing where nobody waits.

`asyncio.timeout` takes four microseconds of every request, and nearly every
body is there before its route asks for it.
"""

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from types import coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


async def within(seconds: float, running: Coroutine[Any, Any, _Result]) -> _Result:
    """What `running` returns; it is awaited here alone.

    Raises:
        TimeoutError: it waited for longer than `seconds`.
    """
    try:
        awaited = running.send(None)
    except StopIteration as returned:
        result: _Result = returned.value
        return result
    async with asyncio.timeout(seconds):
        return await _resumed(running, awaited)


@coroutine
def _resumed(running: Coroutine[Any, Any, _Result], awaited: object) -> Generator[Any, Any, _Result]:
    """What `running` returns, which waits for what is `awaited`."""
    while True:
        try:
            sent = yield awaited
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is for who waits
            resume = partial(running.throw, error)
        else:
            resume = partial(running.send, sent)
        try:
            awaited = resume()
        except StopIteration as returned:
            result: _Result = returned.value
            return result
