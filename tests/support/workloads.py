"""Pods and jobs as the API server shows them at each step of their lives, and a cluster to have them in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import msgspec
from kubernetes.aio.client import Configuration

from interlock.clock import now
from interlock.instants import rfc3339
from interlock.ledger.answers import OpenHold, Settlement
from interlock.ledger.hold import FOREVER
from interlock.units import Instant
from interlock_webhooks.app import webhook_app
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.workloads.controller import Workloads
from support.apiserver import ApiServer
from support.asgi import send
from support.budgets import WORLD, limited
from support.reviews import review
from support.service import LoggedService, service_over

START: Final = Instant(1_800_000_000_000)
GPUS: Final = 2
_WITHIN: Final = 20.0


def at(seconds: float) -> str:
    """The time so many seconds after `START`, as Kubernetes writes it."""
    return rfc3339(Instant(START + int(seconds * 1000))).replace(".000Z", "Z")


def job(uid: str = "job-1", *, seconds: int = 3600, **spec: Any) -> dict[str, Any]:
    """A Job that was just created."""
    pod_spec = {"containers": [_container()], "restartPolicy": "Never"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(uid),
        "spec": {"activeDeadlineSeconds": seconds, "template": {"spec": pod_spec}, **spec},
        "status": {},
    }


def pod(uid: str = "pod-1", *, seconds: int = 3600, **metadata: Any) -> dict[str, Any]:
    """A Pod that was just created."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _metadata(uid) | metadata,
        "spec": {"activeDeadlineSeconds": seconds, "containers": [_container()]},
        "status": {"phase": "Pending"},
    }


def with_status(body: dict[str, Any], **status: Any) -> dict[str, Any]:
    """`body` with fields of its status."""
    return {**deepcopy(body), "status": body["status"] | status}


def with_metadata(body: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """`body` with fields of its metadata."""
    return {**deepcopy(body), "metadata": body["metadata"] | metadata}


def condition(kind: str, seconds: float = 0, status: str = "True") -> dict[str, Any]:
    """A condition that has been so since then."""
    return {"type": kind, "status": status, "lastTransitionTime": at(seconds)}


def started(body: dict[str, Any], seconds: float = 0) -> dict[str, Any]:
    """`body`, a Job or Pod that runs since then."""
    if body["kind"] == "Job":
        return with_status(body, startTime=at(seconds), active=1)
    state = {"running": {"startedAt": at(seconds)}}
    return with_status(body, phase="Running", startTime=at(seconds), containerStatuses=[_status(state)])


def completed(body: dict[str, Any], seconds: float) -> dict[str, Any]:
    """`body`, which started, ended well then."""
    if body["kind"] == "Job":
        return with_status(
            body, completionTime=at(seconds), succeeded=1, conditions=[condition("Complete", seconds)]
        )
    return with_status(body, phase="Succeeded", containerStatuses=[terminated(seconds)])


def failed(body: dict[str, Any], seconds: float) -> dict[str, Any]:
    """`body`, which started, failed then."""
    if body["kind"] == "Job":
        conditions = [condition("FailureTarget", seconds - 1), condition("Failed", seconds)]
        return with_status(body, failed=1, conditions=conditions)
    return with_status(body, phase="Failed", containerStatuses=[terminated(seconds)])


def terminated(seconds: float) -> dict[str, Any]:
    """The status of a container that ended then."""
    return _status({"terminated": {"exitCode": 0, "startedAt": at(0), "finishedAt": at(seconds)}})


def _status(state: dict[str, Any]) -> dict[str, Any]:
    return {"name": "a", "restartCount": 0, "state": state}


def _container() -> dict[str, Any]:
    return {"name": "a", "image": "docker.io/a/a:1", "resources": {"limits": {"nvidia.com/gpu": GPUS}}}


def _metadata(uid: str) -> dict[str, Any]:
    labels = {"organization": "acme"}
    return {"name": uid, "namespace": "shop", "uid": uid, "generation": 1, "labels": labels}


def kubeconfig_of(server: str) -> dict[str, Any]:
    """A kubeconfig file that leads to the API server at this URL."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t0ken"}}],
    }


class Scene:
    """A cluster and a service whose webhook admits to it; `ahead` is how far its time is ahead of ours."""

    def __init__(self, service: LoggedService, api: ApiServer) -> None:
        self.service = service
        self.api = api
        self.ahead = 0
        self._webhook = webhook_app(service)

    def clock(self) -> Instant:
        return Instant(now() + self.ahead)

    async def admit(self, body: dict[str, Any], **changes: Any) -> bool:
        """Whether the webhook allows that `body` is created; `changes` are those of the request."""
        asked = review(body, uid=f"review-{body['metadata']['uid']}", **changes)
        answer = await send(self._webhook, "/validate", msgspec.json.encode(asked))
        return bool(answer.json()["response"]["allowed"])

    async def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """`body`, admitted and stored."""
        assert await self.admit(body)
        return await self.api.put(body)

    async def holds(self) -> list[OpenHold]:
        return list(await self.service.ledger.holds(self.clock()))

    async def settled(self) -> list[Settlement]:
        found = self.service.ledger.settlements(Instant(0), FOREVER)
        return [each async for each in found]

    async def used(self) -> list[int]:
        """What was settled, in milliseconds of one device."""
        return [each.actual["gpuTime"] // 1_000_000 for each in await self.settled()]

    async def spent(self) -> int:
        """What is booked, in milliseconds of one device."""
        return sum(entry.standing.spent for entry in await self.service.ledger.accounts())

    @asynccontextmanager
    async def workloads(self) -> AsyncIterator[Workloads]:
        async with aclosing(Cluster(Configuration(host=self.api.url))) as cluster:
            yield Workloads(cluster, self.service, self.clock)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[Workloads]:
        """A controller that runs, and has listed what there is."""
        lists, watches = dict(self.api.lists), dict(self.api.watches)
        async with self.workloads() as workloads:
            running = asyncio.create_task(workloads.watch())
            try:
                if not self.api.refuses:
                    await until(lambda: all(self.api.lists[kind] > lists[kind] for kind in lists))
                    await until(lambda: all(self.api.watches[kind] > watches[kind] for kind in watches))
                yield workloads
            finally:
                assert not running.done(), running.exception()
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running


@asynccontextmanager
async def scene(folder: Path, *budgets: str) -> AsyncIterator[Scene]:
    """A cluster whose workloads draw on `budgets`; without any, on one of device time."""
    documents = [*WORLD, *(budgets or (limited("gpuTime", "100h", name="devices"),))]
    (folder / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    async with ApiServer().running() as api:
        yield Scene(service_over(folder), api)


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until `holds`."""
    async with asyncio.timeout(_WITHIN):
        while True:
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.005)
