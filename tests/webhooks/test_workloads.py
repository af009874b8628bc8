"""Workloads that hold on budgets, from their creation to their end, with the controller that watches them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from interlock.errors import OperatorError
from interlock.intents.admission import from_manifest
from interlock.intents.context import ExtractionContext
from interlock.model.intent import Intent
from interlock_webhooks.workloads.controller import Workloads
from support.budgets import limited
from support.holds import take_holds
from support.workloads import (
    GPUS,
    Scene,
    at,
    completed,
    condition,
    failed,
    job,
    pod,
    scene,
    started,
    until,
    with_metadata,
    with_status,
)

BODIES = [pytest.param(job(), id="Job"), pytest.param(pod(), id="Pod")]
DAY = 24 * 60 * 60 * 1000
MINUTES = 60 * 1000

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


def test_who_changes_labels_later_ends_the_same_hold(tmp_path: Path) -> None:
    async def play(found: Scene) -> None:
        await found.create(job())
        moved = with_metadata(completed(started(job()), 8), labels={"organization": "other"})
        async with found.watched() as workloads:
            await found.api.put(moved)
            await ended(found, workloads)
        assert await found.used() == [GPUS * 8_000]

    played(tmp_path, play)


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
