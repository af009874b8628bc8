"""Controllers that end, start anew, and run side by side."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from support.plays import BODIES, DAY, ended, played
from support.workloads import GPUS, Scene, completed, job, pod, started, until


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("count", [1, 2])
def test_the_controller_may_end_and_start_anew_at_every_step(
    tmp_path: Path, body: dict[str, Any], count: int
) -> None:
    """With one replica, and with another that has just started beside it."""
    running = started(body)

    async def play(found: Scene) -> None:
        await found.create(body)
        for step in (body, running, running, completed(running, 20), completed(running, 20)):
            async with found.watched():
                await found.api.put(step)
            if count > 1:
                async with found.watched() as one, found.watched() as other:
                    await one.attend()
                    await other.attend()
        await ended(found)
        assert await found.used() == [GPUS * 20_000]

    played(tmp_path, play)


def test_what_ended_while_nobody_watched_is_settled_by_what_it_shows(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        found.api.page = 2
        bodies = [job(f"job-{number}") for number in range(5)]
        for number, body in enumerate(bodies):
            await found.create(body)
            await found.api.put(completed(started(body), number + 1))
        async with found.watched():
            await ended(found)
        assert sorted(await found.used()) == [GPUS * 1_000 * seconds for seconds in range(1, 6)]

    played(tmp_path, play)


def test_a_hold_that_expired_is_settled_all_the_same(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        await found.create(job())
        await found.api.put(completed(started(job()), 3))
        found.ahead = 2 * DAY
        assert await found.holds() == []
        async with found.watched():
            await until(lambda: bool(found.service.lines))
        assert await found.used() == [GPUS * 3_000]

    played(tmp_path, play)


@pytest.mark.parametrize("count", [2, 3])
def test_several_controllers_settle_once(tmp_path: Path, count: int) -> None:
    async def play(found: Scene, left: int) -> None:
        if left:
            async with found.watched():
                await play(found, left - 1)
            return
        for body in (job(), pod()):
            await found.create(body)
            await found.api.put(started(body))
            await found.api.put(completed(started(body), 9))
        await ended(found)
        assert await found.used() == [GPUS * 9_000] * 2
        # Each of them comes to say it.
        await asyncio.sleep(0.05)
        assert await found.spent() == GPUS * 18_000
        told = [line for line in found.service.lines if line["event"] == "a workload's hold is settled"]
        assert len(told) == 2

    played(tmp_path, lambda found: play(found, count))
