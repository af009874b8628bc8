"""Watches of workloads that break off, are refused, and tell strange things or no news."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from support.plays import ended, played
from support.workloads import (
    GPUS,
    Scene,
    completed,
    job,
    pod,
    started,
    until,
    with_metadata,
    with_status,
)


@pytest.mark.parametrize("expires_by_status", [True, False])
def test_a_watch_that_is_too_old_is_followed_by_a_new_list(tmp_path: Path, *, expires_by_status: bool) -> None:
    async def play(found: Scene) -> None:
        found.api.expires_by_status = expires_by_status
        await found.create(job())
        async with found.watched():
            await found.api.drop()
            await found.api.put(started(job()))
            await found.api.put(completed(started(job()), 4))
            found.api.forget()
            await ended(found)
        assert await found.used() == [GPUS * 4_000]
        assert found.api.lists["Job"] == 2

    played(tmp_path, play)


def test_a_watch_that_breaks_goes_on_where_it_was(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        await found.create(job())

        async def goes_on_later() -> bool:
            await found.api.bookmark()
            await asyncio.sleep(0.02)
            await found.api.drop()
            return max(found.api.since) > min(found.api.since)

        async with found.watched():
            await until(goes_on_later)
            await found.api.put(started(job()))
            await found.api.put(completed(started(job()), 4))
            await ended(found)
        assert await found.used() == [GPUS * 4_000]
        assert found.api.lists["Job"] == 1
        assert found.api.watches["Job"] > 1

    played(tmp_path, play)


def test_an_api_server_that_refuses_is_asked_again(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        await found.create(job())
        await found.api.put(completed(started(job()), 4))
        found.api.refuses = True
        async with found.watched():
            await until(lambda: bool(found.service.lines))
            found.api.refuses = False
            await ended(found)
        assert await found.used() == [GPUS * 4_000]
        assert "answers 403 to a list or watch" in found.service.lines[0]["error"]

    played(tmp_path, play)


def test_what_runs_and_says_strange_things_holds_on_and_the_watch_goes_on(tmp_path: Path) -> None:
    strange: list[Any] = [
        {"type": "MODIFIED", "object": {}},
        {"type": "MODIFIED", "object": {"metadata": None}},
        {"type": "MODIFIED", "object": {"metadata": {"uid": 7, "resourceVersion": 9}}},
        {"type": "ADDED", "object": with_status(pod("x"), phase=["Failed"])},
        {"type": "DELETED", "object": with_status(pod("x"), phase={"a": -1}, containerStatuses="none")},
        {"type": "WHAT", "object": with_metadata(pod("y"), labels=7)},
        {"type": "BOOKMARK", "object": {"metadata": []}},
        {"type": "MODIFIED", "object": []},
        {"type": None, "object": None},
        {"type": "ERROR", "object": {"code": "x", "message": ["?"]}},
    ]

    async def play(found: Scene) -> None:
        await found.create(pod())
        async with found.watched():
            for event in strange:
                await found.api.send("Pod", event)
                await asyncio.sleep(0.02)
            assert len(await found.holds()) == 1
            await found.api.put(completed(started(pod()), 4))
            found.api.forget()
            await found.api.drop()
            await ended(found)
        assert await found.used() == [GPUS * 4_000]

    played(tmp_path, play)


def test_what_is_no_news_is_not_said_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    async def play(found: Scene) -> None:
        settle = found.service.ledger.settle

        async def count(*said: Any) -> Any:
            told.append(said)
            return await settle(*said)

        monkeypatch.setattr(found.service.ledger, "settle", count)
        async with found.watched():
            await found.create(job())
            for number in range(3):
                await found.api.put(with_status(completed(started(job()), 4), note=number))
            await until(lambda: bool(told))
            await asyncio.sleep(0.05)
            await found.api.put(pod())
            await found.api.drop()
            found.api.forget()
            await until(lambda: found.api.watches["Job"] == 3)
            await found.api.delete("job-1")
            await asyncio.sleep(0.05)
        assert found.api.lists["Job"] == 2
        assert len(told) == 1

    played(tmp_path, play)
