"""Waiting within a bound: the same as `asyncio.timeout`, whether anybody waits or not."""

import asyncio

import pytest

from interlock_webhooks.within import within


async def _at_once() -> str:
    return "there"


async def _failing() -> str:
    raise ValueError("broken")


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()


def test_what_is_there_needs_no_event_loop() -> None:
    with pytest.raises(StopIteration, match="there"):
        within(1, _at_once()).send(None)


def test_what_fails_at_once_fails() -> None:
    with pytest.raises(ValueError, match="broken"):
        within(1, _failing()).send(None)


def test_what_comes_later_is_returned_however_often_it_waits() -> None:
    turns = []

    async def later() -> str:
        for turn in range(3):
            await asyncio.sleep(0)
            turns.append(turn)
        loop = asyncio.get_running_loop()
        coming = loop.create_future()
        loop.call_soon(coming.set_result, "there")
        found: str = await coming
        return found

    assert asyncio.run(within(60, later())) == "there"
    assert turns == [0, 1, 2]


def test_what_fails_later_fails() -> None:
    async def later() -> str:
        await asyncio.sleep(0)
        return await _failing()

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(within(60, later()))


def test_what_takes_too_long_is_ended() -> None:
    ended = []

    async def never() -> None:
        try:
            await _for_ever()
        finally:
            ended.append(True)

    with pytest.raises(TimeoutError):
        asyncio.run(within(0.001, never()))
    assert ended == [True]


def test_who_waits_can_be_cancelled_and_clean_up() -> None:
    cleaned = []

    async def never() -> None:
        try:
            await _for_ever()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            cleaned.append(True)
            raise

    async def cancelled() -> None:
        task = asyncio.create_task(within(60, never()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert cleaned == [True]


def test_a_cancellation_that_is_answered_ends_nothing() -> None:
    async def stubborn() -> str:
        try:
            await _for_ever()
        except asyncio.CancelledError:
            return "stayed"
        return "never"

    async def cancelled() -> str:
        task = asyncio.create_task(within(60, stubborn()))
        await asyncio.sleep(0)
        task.cancel()
        return await task

    assert asyncio.run(cancelled()) == "stayed"
