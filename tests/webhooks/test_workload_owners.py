"""Whose holds the controller ends: those of the workloads that budgets are for, and of nobody else."""

import asyncio
from pathlib import Path

from support.budgets import limited
from support.holds import take_holds
from support.plays import MINUTES, ended, played
from support.workloads import GPUS, Scene, completed, job, pod, started


def test_a_pod_of_a_job_counts_only_where_a_budget_is_for_it(tmp_path: Path) -> None:
    owned = pod(ownerReferences=[{"apiVersion": "batch/v1", "kind": "Job", "name": "job-1", "uid": "job-1"}])

    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(job())
            await found.create(owned)
            await found.api.put(completed(started(owned), 10))
            await found.api.put(completed(started(job()), 11))
            await ended(found)
        assert await found.used() == [GPUS * 11_000]
        assert await found.spent() == GPUS * 11_000

    played(tmp_path, play, limited("gpuTime", "100h", "  match: {kinds: [Job]}\n"))


def test_a_pod_and_its_job_are_settled_each_for_itself_where_a_budget_is_for_both(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        async with found.watched():
            await found.create(job())
            await found.create(pod())
            await found.api.put(completed(started(pod()), 10))
            await found.api.put(completed(started(job()), 11))
            await ended(found)
        assert sorted(await found.used()) == [GPUS * 10_000, GPUS * 11_000]

    played(tmp_path, play)


def test_holds_of_others_are_left_alone(tmp_path: Path) -> None:
    """Of other kinds, of kinds of that name in other groups, and of calls."""
    other = {**job("volcano"), "apiVersion": "batch.volcano.sh/v1alpha1"}
    group = {"group": "batch.volcano.sh", "version": "v1alpha1", "kind": "Job"}

    async def play(found: Scene) -> None:
        async with found.watched() as workloads:
            assert await found.admit(other, kind=group)
            assert await found.admit({**job("cron"), "kind": "CronJob"})
            take_holds(found.service)
            before = await found.holds()
            for _ in range(2):
                await workloads.attend()
                found.ahead += 6 * MINUTES
                await found.api.bookmark()
                await asyncio.sleep(0.02)
            await workloads.attend()
            assert await found.holds() == before

    played(tmp_path, play, limited("calls", 100, "  match: {actions: [workload.create]}\n"))
