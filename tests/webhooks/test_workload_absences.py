"""Workloads that are not there: never created, or gone while nobody watched."""

import asyncio
from pathlib import Path

import pytest

from support.plays import MINUTES, ended, played
from support.workloads import GPUS, Scene, job, pod, started, until


def test_what_went_while_nobody_watched_is_booked_as_held(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        await found.create(job(seconds=60))
        await found.api.put(started(job(seconds=60)))
        await found.api.delete("job-1")
        async with found.watched() as workloads:
            await workloads.attend()
            assert len(await found.holds()) == 1
            found.ahead += 6 * MINUTES
            await found.api.bookmark()
            await ended(found, workloads)
        assert await found.used() == [GPUS * 60_000]

    played(tmp_path, play)


@pytest.mark.parametrize("ends", [True, False])
def test_what_was_admitted_and_never_created_is_released(tmp_path: Path, *, ends: bool) -> None:
    """Another webhook or a quota denied it after us; so its retries don't drain the account."""

    async def play(found: Scene) -> None:
        async with found.watched() as workloads:
            await workloads.attend()
            assert await found.admit(job())
            await workloads.attend()
            found.ahead += 6 * MINUTES
            await workloads.attend()
            assert len(await found.holds()) == 1, "no watch has told yet that it is not there"
            # What happened may have waited to be told, and more may wait behind it.
            await found.api.put(job("other"))
            await found.api.put(pod("other"))
            await asyncio.sleep(0.05)
            await workloads.attend()
            assert len(await found.holds()) == 1
            await (found.api.end if ends else found.api.bookmark)()
            await ended(found, workloads)
        assert (await found.settled(), await found.spent()) == ([], 0)

    played(tmp_path, play)


def test_nobody_who_missed_something_says_that_it_was_never_created(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        async with found.watched() as workloads:
            await workloads.attend()
            assert await found.admit(job(seconds=60))
            await workloads.attend()
            await found.api.drop()
            await found.api.bookmark()
            found.api.forget()
            await until(lambda: set(found.api.lists.values()) == {2} and set(found.api.watches.values()) == {3})
            found.ahead += 6 * MINUTES
            await found.api.bookmark()
            await ended(found, workloads)
        assert await found.used() == [GPUS * 60_000]

    played(tmp_path, play)
