"""Workloads that are scaled: the service looks up of what there are to be more."""

import asyncio
from pathlib import Path
from typing import Any, Final

import pytest

from interlock.analysis.replay import replay
from interlock.decisionlog.read import Logged
from interlock.decisionlog.sink import DecisionLog
from interlock.foreign.attributes import Attributes, Object
from interlock_webhooks.app import webhook_app
from support.asgi import ask
from support.decisionlog import read
from support.documents import policy, policy_set
from support.foreign.live import Fixed
from support.reviews import encoded, review
from support.service import LoggedService, service_over

FEW: Final = policy(
    layer="platform",
    spec="  area: accelerators\n",
    rules="    - {name: few, require: accelerator.total <= 8, message: more than eight devices}\n",
)
BOTH = pytest.mark.parametrize("path", ["/validate", "/mutate"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one policy."""
    (tmp_path / "few.yaml").write_text(f"{policy_set('  layers: [{name: platform}]')}\n---\n{FEW}")
    return tmp_path


@pytest.fixture
def service(folder: Path) -> LoggedService:
    return service_over(folder)


def workload(devices: str) -> Object:
    """A Deployment of two pods."""
    container = {"image": "web:1", "resources": {"limits": {"nvidia.com/gpu": devices}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [container]}}},
    }


def scale(replicas: int) -> dict[str, Any]:
    """That the Deployment is to have so many pods."""

    def of(number: int) -> dict[str, Any]:
        metadata = {"name": "web", "namespace": "shop"}
        spec = {"replicas": number}
        return {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": metadata, "spec": spec}

    resource = {"group": "apps", "version": "v1", "resource": "deployments"}
    return review(of(replicas), operation="UPDATE", oldObject=of(2), subResource="scale", resource=resource)


def said(service: LoggedService, replicas: int, path: str = "/validate", query: bytes = b"") -> str:
    """Why more pods are denied; nothing if they are not."""
    response = ask(webhook_app(service), path, encoded(scale(replicas)), query=query).json()["response"]
    return "" if response["allowed"] else str(response["status"]["message"])


@BOTH
@pytest.mark.parametrize(
    ("devices", "replicas", "why"),
    [("0", 50, ""), ("2", 4, ""), ("2", 5, "more than eight devices"), ("9", 1, "")],
)
def test_more_pods_are_judged_by_what_the_scaled_workload_is(
    service: LoggedService, path: str, devices: str, replicas: int, why: str
) -> None:
    service.cluster = Fixed(workload=workload(devices))
    assert said(service, replicas, path).endswith(why)
    assert bool(said(service, replicas, path)) is bool(why)


@pytest.mark.parametrize("live", [None, Fixed()])
def test_more_pods_of_nobody_knows_what_are_denied(service: LoggedService, live: Fixed | None) -> None:
    service.cluster = live
    assert "more than eight devices" in said(service, 3)


def test_a_cluster_that_does_not_answer_in_time_does_not_let_more_pods_past(service: LoggedService) -> None:
    class Silent(Fixed):
        async def scaled(self, attributes: Attributes) -> Object | None:
            del attributes
            await asyncio.Event().wait()
            raise AssertionError("nobody sets it")

    service.cluster = Silent()
    assert said(service, 3, query=b"timeout=100ms")


def test_what_was_scaled_is_logged_so_that_the_decision_can_be_made_again(
    service: LoggedService, folder: Path, tmp_path: Path
) -> None:
    service.cluster = Fixed(workload=workload("2"))
    log = tmp_path / "log.jsonl"
    with DecisionLog(log) as decisions:
        service.decisions = decisions
        assert said(service, 5)
    (logged,) = read(log.read_bytes())
    assert isinstance(logged, Logged)
    engine = service_over(folder).policies.in_force.engine
    assert replay(engine, logged.entry).now == logged.entry.decision


def test_who_asks_can_not_say_what_is_scaled(service: LoggedService) -> None:
    asked = scale(5)
    asked["request"]["scaled"] = workload("0")
    response = ask(webhook_app(service), "/validate", encoded(asked)).json()["response"]
    assert response["allowed"] is False
