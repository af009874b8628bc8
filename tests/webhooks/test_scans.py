"""Scans of a cluster: which reports are there afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from interlock.units import Instant
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ForbiddenError, NotFoundError
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.scan.report import CLUSTER_REPORTS, REPORTS
from interlock_webhooks.scan.scanner import Scanner
from support.connecting import connected
from support.kubernetes.server import ApiServer
from support.openreports import DEFINITIONS
from support.reviews import deployment, pod
from support.service import LoggedService

PODS = Resource(group="", version="v1", plural="pods", namespaced=True)
DEPLOYMENTS = Resource(group="apps", version="v1", plural="deployments", namespaced=True)
NAMESPACES = Resource(group="", version="v1", plural="namespaces", namespaced=False)
_SHOP = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Scene:
    """A cluster with a namespace `shop`, and a scanner of it."""

    def __init__(self, server: ApiServer, cluster: Cluster, service: LoggedService) -> None:
        self.server = server
        self.cluster = cluster
        self.service = service
        self.now = 1_760_000_000_000
        self._scanner = Scanner(cluster, None, service.metrics, service.log, lambda: Instant(self.now))

    async def put(self, body: dict[str, Any], plural: str) -> str:
        """The uid of `body`, which is now there."""
        group, _, version = body["apiVersion"].rpartition("/")
        resource = Resource(group=group, version=version, plural=plural, namespaced=True)
        created = await self.cluster.create(resource.path(namespace="shop"), body)
        return str(created["metadata"]["uid"])

    async def scan(self, *resources: Resource) -> dict[str, dict[str, Any]]:
        """The reports that are there after a scan of `resources`, or of pods, by name."""
        await self._scanner.scan(self.service.policies.in_force.engine, resources or (PODS,))
        found = [
            body
            for resource in (REPORTS, CLUSTER_REPORTS)
            for body in (await self.cluster.get(resource.path()))["items"]
        ]
        return {each["metadata"]["name"]: each for each in found}


@asynccontextmanager
async def _scene(folder: Path, service: LoggedService) -> AsyncIterator[Scene]:
    async with ApiServer().running() as server, aclosing(connected(server, folder)) as cluster:
        await cluster.create("/api/v1/namespaces", _SHOP)
        yield Scene(server, cluster, service)


Play = Callable[[Callable[[Scene], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path, service: LoggedService) -> Play:
    """Plays a scene."""

    def played(act: Callable[[Scene], Awaitable[None]], *, has_reports: bool = True) -> None:
        async def whole() -> None:
            async with _scene(tmp_path, service) as scene:
                for each in DEFINITIONS if has_reports else ():
                    await scene.cluster.create(CRDS, each)
                await act(scene)

        asyncio.run(whole())

    return played


def summary(report: dict[str, Any]) -> dict[str, int]:
    """What a report counts, where it counts anything."""
    return {word: count for word, count in report["summary"].items() if count}


def test_each_object_has_a_report_of_what_policies_say_of_it(play: Play) -> None:
    async def act(scene: Scene) -> None:
        uid = await scene.put(pod(), "pods")
        many = await scene.put(deployment(50, team="a"), "deployments")
        reports = await scene.scan(PODS, DEPLOYMENTS)
        assert summary(reports[uid])["fail"] == 1
        assert summary(reports[many])["warn"] == 1
        assert reports[uid]["scope"]["name"] == "web"
        assert reports[many]["scope"]["kind"] == "Deployment"

    play(act)


def test_objects_in_no_namespace_have_reports_of_the_cluster(play: Play) -> None:
    async def act(scene: Scene) -> None:
        reports = await scene.scan(NAMESPACES)
        assert {each["kind"] for each in reports.values()} == {"ClusterReport"}
        assert "shop" in {each["scope"]["name"] for each in reports.values()}

    play(act)


def test_a_report_that_says_the_same_is_left_alone(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.put(pod(), "pods")
        before = await scene.scan()
        scene.now += 60_000
        assert await scene.scan() == before

    play(act)


def test_a_report_changes_with_the_object(play: Play) -> None:
    async def act(scene: Scene) -> None:
        uid = await scene.put(pod(), "pods")
        await scene.scan()
        labels = {"metadata": {"labels": {"interlock.dev/team": "a"}}}
        await scene.cluster.patch(PODS.path("web", namespace="shop"), labels)
        assert "fail" not in summary((await scene.scan())[uid])

    play(act)


def test_the_report_of_an_object_that_is_gone_is_deleted(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.put(pod(), "pods")
        await scene.scan()
        await scene.cluster.delete(PODS.path("web", namespace="shop"))
        assert await scene.scan() == {}

    play(act)


def test_reports_of_others_are_left_alone(play: Play) -> None:
    async def act(scene: Scene) -> None:
        other = {
            "apiVersion": REPORTS.api_version,
            "kind": "Report",
            "metadata": {"name": "other"},
            "summary": {"pass": 1},
        }
        await scene.cluster.create(REPORTS.path(namespace="shop"), other)
        assert "other" in await scene.scan()

    play(act)


def test_reports_stay_while_objects_can_not_be_listed(play: Play) -> None:
    async def act(scene: Scene) -> None:
        uid = await scene.put(pod(), "pods")
        await scene.scan()
        scene.server.faults["/api/v1/pods"] = 403
        assert uid in await scene.scan()
        assert "objects can't be scanned" in {line["event"] for line in scene.service.lines}

    play(act)


@pytest.mark.parametrize("code", [404, 409])
def test_a_report_that_changed_or_went_meanwhile_keeps_no_other_back(play: Play, code: int) -> None:
    async def act(scene: Scene) -> None:
        first = await scene.put(pod(), "pods")
        other = pod()
        other["metadata"]["name"] = "zoo"
        second = await scene.put(other, "pods")
        path = REPORTS.path(first, namespace="shop")
        await scene.scan()
        for name in ("web", "zoo"):
            labels = {"metadata": {"labels": {"interlock.dev/team": "a"}}}
            await scene.cluster.patch(PODS.path(name, namespace="shop"), labels)
        scene.server.faults[path] = code
        reports = await scene.scan()
        assert "fail" in summary(reports[first])
        assert "fail" not in summary(reports[second])

    play(act)


def test_a_report_that_went_with_its_object_keeps_no_other(play: Play) -> None:
    async def act(scene: Scene) -> None:
        uids = [await scene.put({**pod(), "metadata": {"name": name}}, "pods") for name in ("a", "b")]
        await scene.scan()
        for name in ("a", "b"):
            await scene.cluster.delete(PODS.path(name, namespace="shop"))
        scene.server.faults[REPORTS.path(uids[0], namespace="shop")] = 404
        assert set(await scene.scan()) == {uids[0]}

    play(act)


def test_a_report_that_may_not_be_written_is_said_to_be_so(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.put(pod(), "pods")
        await scene.scan()
        labels = {"metadata": {"labels": {"interlock.dev/team": "a"}}}
        await scene.cluster.patch(PODS.path("web", namespace="shop"), labels)
        scene.server.faults["/apis/openreports.io/v1alpha1/namespaces/shop/reports"] = 403
        with pytest.raises(ForbiddenError):
            await scene.scan()

    play(act)


def test_where_nobody_keeps_reports_nothing_is_scanned(tmp_path: Path, service: LoggedService) -> None:
    async def whole() -> None:
        async with _scene(tmp_path, service) as scene:
            with pytest.raises(NotFoundError):
                await scene.scan()

    asyncio.run(whole())
