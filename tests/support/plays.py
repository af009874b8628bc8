"""Plays of workloads in a cluster, each from an empty scene to the end of what it holds."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from interlock_webhooks.workloads.controller import Workloads
from support.workloads import Scene, job, pod, scene, until

BODIES: Final = [pytest.param(job(), id="Job"), pytest.param(pod(), id="Pod")]
DAY: Final = 24 * 60 * 60 * 1000
MINUTES: Final = 60 * 1000

Play = Callable[[Scene], Awaitable[None]]


def played(folder: Path, play: Play, *budgets: str) -> None:
    async def playing() -> None:
        async with scene(folder, *budgets) as found:
            await play(found)

    asyncio.run(playing())


async def ended(found: Scene, workloads: Workloads | None = None) -> None:
    """Wait until nothing is held, while `workloads` look at what is."""

    async def none_is_open() -> bool:
        if workloads is not None:
            await workloads.attend()
        return not await found.holds()

    await until(none_is_open)
