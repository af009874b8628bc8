"""Workloads that were changed after they were admitted."""

from pathlib import Path
from typing import Any

import pytest

from support.budgets import limited
from support.plays import DAY, ended, played
from support.workloads import (
    GPUS,
    Scene,
    completed,
    condition,
    job,
    started,
    until,
    with_metadata,
    with_status,
)


@pytest.mark.parametrize(
    ("asked", "later", "booked"),
    [
        pytest.param(job(seconds=60), job(seconds=60, parallelism=0), 60_000, id="fewer pods"),
        pytest.param(job(seconds=60), job(seconds=600), 600_000, id="more time"),
        pytest.param(job(seconds=60), job(seconds=10, parallelism=3), 90_000, id="more pods"),
    ],
)
@pytest.mark.parametrize("expired", [False, True])
def test_a_job_that_was_changed_is_booked_as_held_or_as_it_is_now(
    tmp_path: Path, asked: dict[str, Any], later: dict[str, Any], booked: int, *, expired: bool
) -> None:
    async def play(found: Scene) -> None:
        await found.create(asked)
        await found.api.put(completed(started(with_metadata(later, generation=2)), 30))
        found.ahead = 2 * DAY if expired else 0
        for _ in range(2):
            async with found.watched():
                await until(lambda: bool(found.service.lines))
        assert await found.used() == [GPUS * booked]

    played(tmp_path, play, limited("gpuTime", "100h", more=", burst: {limit: 99h, within: 1h}", name="devices"))


def test_a_job_that_was_changed_is_booked_with_the_most_that_it_holds_anywhere(tmp_path: Path) -> None:
    endless = job()
    del endless["spec"]["activeDeadlineSeconds"]
    budgets = [
        limited("gpuTime", "100h", more=f", assume: {time}", name=f"for-{time}") for time in ("1m", "60m")
    ]

    async def play(found: Scene) -> None:
        await found.create(endless)
        await found.api.put(completed(started(with_metadata(endless, generation=2)), 600))
        async with found.watched():
            await ended(found)
        assert await found.spent() == 2 * 3_600_000

    played(tmp_path, play, *budgets)


def test_a_job_that_a_queue_starts_counts_from_then(tmp_path: Path) -> None:
    waiting = with_status(job(suspend=True), conditions=[condition("Suspended", 0)])
    resumed = started(with_metadata(job(suspend=False), generation=2), 100)
    done = completed(resumed, 130)
    done["status"]["conditions"].append(condition("Suspended", 100, "False"))

    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(job(suspend=True))
            for step in (waiting, resumed, done):
                await found.api.put(step)
            await ended(found)
        assert await found.used() == [GPUS * 30_000]

    played(tmp_path, play)


def test_who_changes_labels_later_ends_the_same_hold(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        await found.create(job())
        moved = with_metadata(completed(started(job()), 8), labels={"organization": "other"})
        async with found.watched() as workloads:
            await found.api.put(moved)
            await ended(found, workloads)
        assert await found.used() == [GPUS * 8_000]

    played(tmp_path, play)
