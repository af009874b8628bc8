"""Workloads that hold on budgets, from their creation to their end, with the controller that watches them."""

from pathlib import Path
from typing import Any

import pytest

from support.plays import BODIES, DAY, ended, played
from support.workloads import GPUS, Scene, at, completed, failed, job, pod, started


@pytest.mark.parametrize("body", BODIES)
def test_what_completes_is_settled_with_the_time_of_its_devices(tmp_path: Path, body: dict[str, Any]) -> None:
    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(body)
            await found.api.put(started(body, 5))
            assert len(await found.holds()) == 1
            await found.api.put(completed(started(body, 5), 65))
            await ended(found)
        assert await found.used() == [GPUS * 60_000]
        assert await found.spent() == GPUS * 60_000

    played(tmp_path, play)


@pytest.mark.parametrize("body", BODIES)
def test_what_fails_is_settled_with_the_time_until_it_did(tmp_path: Path, body: dict[str, Any]) -> None:
    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(body)
            await found.api.put(failed(started(body), 7))
            await ended(found)
        assert await found.used() == [GPUS * 7_000]

    played(tmp_path, play)


@pytest.mark.parametrize("body", BODIES)
def test_what_is_deleted_before_it_ran_gives_everything_back(tmp_path: Path, body: dict[str, Any]) -> None:
    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(body)
            await found.api.delete(body["metadata"]["uid"])
            await ended(found)
        assert (await found.settled(), await found.spent()) == ([], 0)

    played(tmp_path, play)


@pytest.mark.parametrize("body", BODIES)
def test_what_is_deleted_while_it_runs_is_settled_until_then(tmp_path: Path, body: dict[str, Any]) -> None:
    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(body)
            await found.api.put(started(body))
            await found.api.delete(body["metadata"]["uid"], deletionTimestamp=at(30))
            await ended(found)
        assert await found.used() == [GPUS * 30_000]

    played(tmp_path, play)


@pytest.mark.parametrize("body", BODIES)
def test_a_deletion_that_says_no_time_counts_from_when_it_was_seen(
    tmp_path: Path, body: dict[str, Any]
) -> None:
    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(body)
            running = started(body, (found.clock() - 1_800_000_000_000) / 1000 - 100)
            await found.api.put(running)
            await found.api.delete(body["metadata"]["uid"])
            await ended(found)
        (used,) = await found.used()
        assert GPUS * 99_000 <= used <= GPUS * 110_000

    played(tmp_path, play)


@pytest.mark.parametrize("body", BODIES)
def test_what_runs_on_holds_on(tmp_path: Path, body: dict[str, Any]) -> None:
    async def play(found: Scene) -> None:
        await found.create(body)
        async with found.watched() as workloads:
            await found.api.put(started(body))
            for _ in range(5):
                found.ahead += DAY * 2 // 3
                await workloads.attend()
                assert len(await found.holds()) == 1
        metrics = found.service.metrics.exposition().decode()
        assert 'interlock_workload_holds_total{outcome="extended"} 5.0' in metrics

    played(tmp_path, play)


def test_a_hold_that_has_time_left_is_not_extended(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        await found.create(job())
        async with found.watched() as workloads:
            (before,) = await found.holds()
            await workloads.attend()
            assert await found.holds() == [before]

    played(tmp_path, play)


def test_what_is_settled_and_released_is_logged_with_its_hold(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(job())
            await found.create(pod())
            (first, second) = [hold.id for hold in await found.holds()]
            await found.api.put(completed(started(job()), 4))
            await found.api.delete("pod-1")
            await ended(found)
        told = [line for line in found.service.lines if "hold" in line]
        assert sorted(told, key=lambda line: str(line["event"])) == [
            {"level": "info", "event": "a workload's hold is released", "hold": second},
            {"level": "info", "event": "a workload's hold is settled", "hold": first, "gpuTime": GPUS * 4_000},
        ]

    played(tmp_path, play)
