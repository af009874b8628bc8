"""Workloads that draw on budgets when they are created."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock.cel.libraries.kubernetes.authorizer import Answer
from interlock.clock import now
from interlock.decisionlog.read import Logged
from interlock.decisionlog.sink import DecisionLog
from interlock.foreign.cluster import Snapshot
from interlock.identity import OrganizationName
from interlock.ledger.answers import OpenHold
from interlock.ledger.hold import hold_id
from interlock_webhooks.app import Application, check_app, webhook_app
from support.admitting import at_once
from support.asgi import ask
from support.budgets import WORLD, limited
from support.decisionlog import read, room_for
from support.foreign.live import Fixed
from support.foreign.policies import SHOP, binding, policy
from support.reviews import review
from support.service import LoggedService, service_over
from support.traces import export, rejected
from support.traces import of as span_of
from support.traces import used as span_using

UID = "0b4d2f36-6e2b-4a55-93a8-1f2f9a0c7d11"
DAY = 24 * 60 * 60 * 1000


def job(gpus: int = 2, seconds: int = 60, **metadata: Any) -> dict[str, Any]:
    """A Job of one pod with devices, as the API server shows it when it is about to store it."""
    resources = {"limits": {"nvidia.com/gpu": gpus}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "train", "namespace": "a", "uid": UID, "labels": {"organization": "acme"}}
        | metadata,
        "spec": {
            "activeDeadlineSeconds": seconds,
            "template": {"spec": {"containers": [{"name": "a", "resources": resources}]}},
        },
    }


@pytest.fixture
def service(tmp_path: Path) -> LoggedService:
    documents = [*WORLD, limited("gpuTime", "5m", name="devices")]
    (tmp_path / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    return service_over(tmp_path)


@pytest.fixture
def app(service: LoggedService) -> Application:
    return webhook_app(service)


def answered(app: Application, path: str = "/validate", *, item: Any = None, **changes: Any) -> dict[str, Any]:
    body = msgspec.json.encode(review(job() if item is None else item, **changes))
    answer: dict[str, Any] = ask(app, path, body).json()["response"]
    return answer


def holds(service: LoggedService) -> list[OpenHold]:
    return list(at_once(service.ledger.holds(now())))


def test_a_workload_that_is_created_holds_its_devices_under_its_uid(
    app: Application, service: LoggedService
) -> None:
    assert answered(app)["allowed"]
    (held,) = holds(service)
    assert held.id == hold_id(OrganizationName("acme"), UID.encode())
    assert held.amounts == {"devices/gpuTime/": 120_000}
    assert (held.facts["group"], held.facts["kind"], held.facts["namespace"]) == ("batch", "Job", "shop")
    assert abs(held.expires - now() - DAY) < 60_000


def test_who_asks_is_warned_when_a_budget_is_nearly_used_up(tmp_path: Path) -> None:
    documents = [*WORLD, limited("gpuTime", "4m", "  warnAt: 50\n  key: '\"gpu\"'\n", name="devices")]
    (tmp_path / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    app = webhook_app(service_over(tmp_path))
    assert answered(app)["warnings"] == ["budget `devices` of `gpu`: 120000 of 240000 gpuTime are used"]


def test_nobody_is_warned_before(app: Application) -> None:
    assert "warnings" not in answered(app)


def test_a_review_that_comes_again_holds_nothing_more(app: Application, service: LoggedService) -> None:
    assert answered(app) == answered(app)
    assert len(holds(service)) == 1


def test_a_review_that_comes_again_is_logged_before_it_is_allowed(
    app: Application, service: LoggedService, tmp_path: Path
) -> None:
    with DecisionLog(tmp_path / "log") as decisions:
        service.decisions = decisions
        with room_for(0):
            assert [answered(app)["allowed"] for _ in range(2)] == [False, False]
        assert answered(app)["allowed"]
    ((document, repeats),) = [
        (each.entry.document, each.entry.repeats)
        for each in read((tmp_path / "log").read_bytes())
        if isinstance(each, Logged)
    ]
    assert (document, repeats) == (review(job()), True)


def test_a_review_with_the_uid_of_another_is_denied(app: Application) -> None:
    answered(app)
    denied = answered(app, item=job(1))
    assert (denied["allowed"], denied["status"]["code"]) == (False, 400)


def test_what_does_not_fit_is_denied_with_a_reason(app: Application, service: LoggedService) -> None:
    assert answered(app)["allowed"]
    denied = answered(app, uid="2", item=job(4, uid="other"))
    assert not denied["allowed"]
    assert (
        "budget `devices` has 180 s of device time left, and the request may use 240 s"
        in denied["status"]["message"]
    )
    assert len(holds(service)) == 1


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/validate", {"dryRun": True}),
        ("/mutate", {}),
        ("/validate", {"operation": "UPDATE"}),
        ("/validate", {"operation": "DELETE", "oldObject": job(), "object": None}),
    ],
)
def test_what_creates_nothing_holds_no_devices(
    app: Application, service: LoggedService, path: str, changes: dict[str, Any]
) -> None:
    assert answered(app, path, **changes)["allowed"]
    assert all(not any(held.amounts.values()) for held in holds(service))


def test_what_is_no_creation_is_spent_at_once(tmp_path: Path) -> None:
    documents = [*WORLD, limited("calls", 2, "  match: {actions: [workload.update]}\n")]
    (tmp_path / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    service = service_over(tmp_path)
    app = webhook_app(service)
    assert [answered(app, operation="UPDATE")["allowed"] for _ in range(3)] == [True, True, False]
    assert holds(service) == []


def test_a_mutating_webhook_denies_what_does_not_fit_already(app: Application) -> None:
    answered(app)
    assert not answered(app, "/mutate", uid="2", item=job(4))["allowed"]


@pytest.mark.parametrize("failed", [False, True])
def test_no_trace_ends_what_a_workload_holds(app: Application, service: LoggedService, *, failed: bool) -> None:
    answered(app)
    (held,) = holds(service)
    span = span_of(held.id, failed=failed) if failed else span_using(held.id)
    assert rejected(export(check_app(service), span)) == (
        1,
        "1 name a hold that nobody has, or that ended long ago",
    )
    assert holds(service) == [held]


def test_what_kubernetes_policies_deny_holds_nothing(tmp_path: Path) -> None:
    theirs = [json.dumps(each) for each in (policy("object.metadata.name == 'other'"), binding())]
    documents = [*WORLD, limited("gpuTime", "5m", name="devices"), *theirs]
    (tmp_path / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    service = service_over(tmp_path)
    app = webhook_app(service)
    assert answered(app)["allowed"] is False
    assert holds(service) == []
    assert answered(app, item=job(name="other", uid="other"), uid="2")["allowed"] is True
    assert len(holds(service)) == 1


def test_an_answer_of_the_authorizer_is_got_before_anything_is_held(tmp_path: Path) -> None:
    asks = policy("authorizer.requestResource.check('start').allowed()")
    documents = [*WORLD, limited("gpuTime", "5m", name="devices"), json.dumps(asks), json.dumps(binding())]
    (tmp_path / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    service = service_over(tmp_path)
    live = Fixed(Snapshot({"shop": SHOP}), {"start": Answer(is_allowed=True)})
    service.cluster = live
    assert answered(webhook_app(service))["allowed"] is True
    assert len(live.asked) == len(holds(service)) == 1
