"""When a cluster is scanned."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from interlock.units import Instant
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.scan.report import REPORTS
from interlock_webhooks.scan.scanner import Scanner
from interlock_webhooks.scan.schedule import Schedule
from support.connecting import connected
from support.kubernetes.server import ApiServer
from support.openreports import DEFINITIONS
from support.reviews import pod
from support.service import LoggedService

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PODS = "/api/v1/namespaces/default/pods"
LATER = 3600.0


def schedule(cluster: Cluster, service: LoggedService) -> Schedule:
    scanner = Scanner(cluster, None, service.metrics, service.log, lambda: Instant(1_760_000_000_000))
    return Schedule(scanner, cluster, service.policies, service.log)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


def scans(service: LoggedService, event: str = "scanned") -> int:
    return sum(line["event"] == event for line in service.lines)


def test_a_cluster_is_scanned_at_first_and_with_each_other_policy_set(
    tmp_path: Path, folder: Path, service: LoggedService
) -> None:
    async def act() -> None:
        async with ApiServer().running() as server, aclosing(connected(server, tmp_path)) as cluster:
            for each in DEFINITIONS:
                await cluster.create(CRDS, each)
            body = pod()
            body["metadata"]["namespace"] = "default"
            await cluster.create(PODS, body)
            keeping = asyncio.create_task(schedule(cluster, service).keep(LATER, 0.01))
            await until(lambda: scans(service) == 1)
            reports = (await cluster.get(REPORTS.path()))["items"]
            assert [each["scope"]["kind"] for each in reports] == ["Pod"]
            (folder / "workloads.yaml").unlink()
            await service.policies.reload()
            await until(lambda: scans(service) == 2)
            keeping.cancel()

    asyncio.run(act())


def test_a_cluster_is_scanned_every_so_often(tmp_path: Path, service: LoggedService) -> None:
    async def act() -> None:
        async with ApiServer().running() as server, aclosing(connected(server, tmp_path)) as cluster:
            for each in DEFINITIONS:
                await cluster.create(CRDS, each)
            keeping = asyncio.create_task(schedule(cluster, service).keep(0, 0.01))
            await until(lambda: scans(service) > 1)
            keeping.cancel()

    asyncio.run(act())


def test_who_keeps_no_reports_is_told_what_to_install(tmp_path: Path, service: LoggedService) -> None:
    missing = "the cluster keeps no reports: install OpenReports' CustomResourceDefinitions"

    async def act() -> None:
        async with ApiServer().running() as server, aclosing(connected(server, tmp_path)) as cluster:
            keeping = asyncio.create_task(schedule(cluster, service).keep(LATER, 0.01))
            await until(lambda: scans(service, missing) == 1)
            keeping.cancel()

    asyncio.run(act())


def test_a_server_that_is_down_is_asked_again(tmp_path: Path, service: LoggedService) -> None:
    async def act() -> None:
        server = ApiServer()
        async with server.running(), aclosing(connected(server, tmp_path)) as cluster:
            for each in DEFINITIONS:
                await cluster.create(CRDS, each)
            server.faults["/apis"] = 503
            keeping = asyncio.create_task(schedule(cluster, service).keep(0, 0.01))
            await until(lambda: scans(service, "the cluster can't be scanned") > 0)
            server.faults.clear()
            await until(lambda: scans(service) > 0)
            keeping.cancel()

    asyncio.run(act())
