"""Workloads whose holds can't be ended at once, because something fails."""

from pathlib import Path
from typing import Any

import pytest

from interlock.errors import OperatorError
from interlock.intents.admission import from_manifest
from interlock.intents.context import ExtractionContext
from interlock.model.intent import Intent
from support.plays import BODIES, DAY, ended, played
from support.workloads import GPUS, Scene, completed, job, started, until


@pytest.mark.parametrize("body", BODIES)
def test_a_ledger_that_fails_is_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]
) -> None:
    async def fail(*_: Any) -> None:
        raise OperatorError("the disk is full")

    async def play(found: Scene) -> None:
        await found.create(body)
        async with found.watched() as workloads:
            with monkeypatch.context() as broken:
                for step in ("settle", "release", "extend", "holds"):
                    broken.setattr(found.service.ledger, step, fail)
                await found.api.put(completed(started(body), 4))
                await until(lambda: bool(found.service.lines))
                await found.api.delete(body["metadata"]["uid"])
                await workloads.attend()
            # What was to be said is known, also once it is too late to look for what is held.
            found.ahead = 2 * DAY
            assert await found.holds() == []
            await workloads.attend()
        assert await found.used() == [GPUS * 4_000]
        assert {line["error"] for line in found.service.lines if "error" in line} == {"the disk is full"}
        metrics = found.service.metrics.exposition().decode()
        assert 'interlock_workload_holds_total{outcome="failed"} 2.0' in metrics
        assert 'interlock_workload_holds_total{outcome="settled"} 1.0' in metrics

    played(tmp_path, play)


def test_an_error_of_our_own_does_not_end_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise KeyError("bug")

    async def play(found: Scene) -> None:
        await found.create(job())
        async with found.watched() as workloads:
            with monkeypatch.context() as broken:
                broken.setattr(found.service.ledger, "settle", fail)
                await found.api.put(completed(started(job()), 4))
                await until(lambda: bool(found.service.lines))
                await workloads.attend()
            await workloads.attend()
        assert await found.used() == [GPUS * 4_000]
        assert all(isinstance(line["exc_info"], KeyError) for line in found.service.lines[:2])

    played(tmp_path, play)


def test_an_object_that_breaks_us_hides_no_other_and_is_booked_as_held_once_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_at_bad(manifest: dict[str, Any], context: ExtractionContext) -> Intent:
        if manifest["metadata"]["uid"] == "bad":
            raise KeyError("bug")
        return from_manifest(manifest, context)

    async def play(found: Scene) -> None:
        for uid, seconds in (("bad", 5), ("good", 7)):
            await found.create(job(uid, seconds=60))
            await found.api.put(completed(started(job(uid, seconds=60)), seconds))
        monkeypatch.setattr("interlock_webhooks.workloads.sighting.from_manifest", fails_at_bad)
        async with found.watched() as workloads:
            await workloads.attend()
            assert await found.used() == [GPUS * 7_000]
            await found.api.delete("bad")
            await ended(found, workloads)
            assert await found.used() == [GPUS * 7_000, GPUS * 60_000]
        assert [line["uid"] for line in found.service.lines if line["level"] == "error"] == ["bad", "bad"]

    played(tmp_path, play)
