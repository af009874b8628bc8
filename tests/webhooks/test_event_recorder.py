"""Events that are posted, and those that are not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from interlock.units import Instant
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.events.event import EVENTS
from interlock_webhooks.events.recorder import MOST_WAITING, QUIET, EventRecorder
from interlock_webhooks.kubernetes.handlers import KubernetesHandlers
from support.connecting import connected
from support.kubernetes.server import ApiServer
from support.reviews import encoded, pod, review
from support.sent import sent
from support.service import LoggedService


class Scene:
    """A recorder, and the cluster whose Events it posts."""

    def __init__(self, server: ApiServer, cluster: Cluster, service: LoggedService) -> None:
        self.server = server
        self.now = 1_760_000_000_000
        self.service = service
        self.recorder = EventRecorder(
            cluster, "interlock-0", service.metrics, service.log, lambda: Instant(self.now), pause=0
        )
        self._cluster = cluster

    def deny(self, message: str = "no team", **changes: Any) -> None:
        """Deny a pod."""
        self.recorder.denied(review(pod(), **changes)["request"], message)

    async def notes(self) -> list[str]:
        """What all Events say once those that wait are posted."""
        await self.recorder.drained()
        found = await self._cluster.get(EVENTS.path())
        return sorted(each["note"] for each in found["items"])


@asynccontextmanager
async def _scene(folder: Path, service: LoggedService) -> AsyncIterator[Scene]:
    async with ApiServer().running() as server, aclosing(connected(server, folder)) as cluster:
        shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
        await cluster.create("/api/v1/namespaces", shop)
        scene = Scene(server, cluster, service)
        posting = asyncio.create_task(scene.recorder.post())
        yield scene
        posting.cancel()


def play(folder: Path, service: LoggedService, act: Callable[[Scene], Awaitable[None]]) -> None:
    """Play a scene."""

    async def whole() -> None:
        async with _scene(folder, service) as scene:
            await act(scene)

    asyncio.run(whole())


def counted(service: LoggedService, outcome: str) -> float:
    """How many Events had that outcome."""
    lines = service.metrics.exposition().decode().splitlines()
    found = [line for line in lines if line.startswith(f'interlock_events_total{{outcome="{outcome}"}}')]
    return float(found[0].split()[1]) if found else 0.0


def test_a_denial_becomes_an_event(tmp_path: Path, service: LoggedService) -> None:
    async def act(scene: Scene) -> None:
        scene.deny()
        assert await scene.notes() == ["no team"]

    play(tmp_path, service, act)
    assert counted(service, "posted") == 1


def test_the_same_is_said_once_in_a_while(tmp_path: Path, service: LoggedService) -> None:
    async def act(scene: Scene) -> None:
        scene.deny(uid="1")
        scene.deny(uid="2")
        assert await scene.notes() == ["no team"]
        scene.now += QUIET
        scene.deny(uid="3")
        assert await scene.notes() == ["no team", "no team"]

    play(tmp_path, service, act)


def test_who_is_denied_too_often_is_not_told_each_time(tmp_path: Path, service: LoggedService) -> None:
    async def act(scene: Scene) -> None:
        for number in range(MOST_WAITING + 5):
            scene.deny(f"no {number}")

    play(tmp_path, service, act)
    assert counted(service, "dropped") == 5


def test_what_was_dropped_may_be_told_later(tmp_path: Path, service: LoggedService) -> None:
    async def act(scene: Scene) -> None:
        for number in range(MOST_WAITING):
            scene.deny(f"no {number}")
        scene.deny("dropped")
        await scene.recorder.drained()
        scene.deny("dropped")
        assert "dropped" in await scene.notes()

    play(tmp_path, service, act)


def test_an_event_that_can_not_be_posted_keeps_no_other_back(tmp_path: Path, service: LoggedService) -> None:
    async def act(scene: Scene) -> None:
        scene.deny(namespace="nowhere")
        scene.deny()
        assert await scene.notes() == ["no team"]

    play(tmp_path, service, act)
    assert counted(service, "failed") == 1
    assert "an event can't be written" in {line["event"] for line in service.lines}


@pytest.mark.parametrize(
    ("item", "changes", "notes"),
    [
        (
            pod(),
            {},
            ["team/workloads/team: no team answers for this workload; set the label interlock.dev/team"],
        ),
        (pod(), {"dryRun": True}, []),
        (pod(team="a"), {}, []),
    ],
)
def test_the_webhook_tells_of_denials_that_are_meant(
    tmp_path: Path, service: LoggedService, item: dict[str, Any], changes: dict[str, Any], notes: list[str]
) -> None:
    async def act(scene: Scene) -> None:
        service.events = scene.recorder
        await KubernetesHandlers(service).validate(sent(encoded(review(item, **changes)), "/validate"))
        assert await scene.notes() == notes

    play(tmp_path, service, act)
