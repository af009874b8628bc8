"""What the service decides is in its decision log before it is answered, or it is denied."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from interlock.analysis.replay import replay
from interlock.decisionlog.entry import Entry
from interlock.decisionlog.read import Logged
from interlock.decisionlog.sink import DecisionLog
from interlock.loading.policyset import load
from interlock_webhooks.app import Application, webhook_app
from support.asgi import ask
from support.decisionlog import read, room_for
from support.policies import write_policies
from support.process import eventually, running
from support.reviews import call, chat, deployment, encoded, job, pod, review
from support.service import LoggedService, service_over

_REVIEWS = (review(pod()), review(job(team="a")), review(deployment(12), operation="UPDATE"))


@pytest.fixture
def log(service: LoggedService, tmp_path: Path) -> Iterator[Path]:
    """The file that `service` logs decisions to."""
    with DecisionLog(tmp_path / "log") as decisions:
        service.decisions = decisions
        yield tmp_path / "log"


def _entries(log: Path) -> list[Entry]:
    found = read(log.read_bytes())
    assert all(isinstance(each, Logged) for each in found)
    return [each.entry for each in found if isinstance(each, Logged)]


def _replays_the_same(service: LoggedService, log: Path) -> bool:
    engine = service.policies.in_force.engine
    return not any(replay(engine, entry).changes for entry in _entries(log))


@pytest.mark.parametrize(("path", "mutates"), [("/validate", False), ("/mutate", True)])
def test_every_review_is_logged_as_it_came_and_decided_again_the_same(
    webhook: Application, service: LoggedService, log: Path, path: str, *, mutates: bool
) -> None:
    answers = [ask(webhook, path, encoded(asked)).json()["response"] for asked in _REVIEWS]
    entries = _entries(log)
    assert [entry.document for entry in entries] == list(_REVIEWS)
    assert [entry.mutates for entry in entries] == [mutates] * len(_REVIEWS)
    assert [entry.decision["decision"] == "allow" for entry in entries] == [each["allowed"] for each in answers]
    assert _replays_the_same(service, log)


def test_every_check_is_logged_as_it_came_and_decided_again_the_same(
    check: Application, service: LoggedService, log: Path
) -> None:
    checks = [
        chat("good-1"),
        chat("bad-1"),
        call("read", path="/secret"),
        {"admission": _REVIEWS[1]["request"]},
    ]
    answers = [ask(check, "/v1/check", encoded(asked)).json() for asked in checks]
    answers += ask(check, "/v1/check/batch", encoded({"checks": checks})).json()["decisions"]
    entries = _entries(log)
    assert [entry.document for entry in entries] == checks * 2
    assert [entry.decision for entry in entries] == answers
    assert _replays_the_same(service, log)


def test_a_decision_that_used_up_a_waiver_is_decided_again_the_same(folder: Path, log: Path) -> None:
    (folder / "waiver.yaml").write_text(_waiver_of_one_use(folder))
    service = service_over(folder)
    with DecisionLog(log) as decisions:
        service.decisions = decisions
        for uid in ("1", "2"):
            ask(webhook_app(service), "/validate", encoded(review(pod(), uid=uid)))
    entries = _entries(log)
    assert [entry.decision["decision"] for entry in entries] == ["allow", "deny"]
    assert [entry.balances.uses for entry in entries] == [{"once": 1}, {"once": 0}]
    assert _replays_the_same(service, log)


def _waiver_of_one_use(folder: Path) -> str:
    """A waiver of the rule that Pods have a team."""
    (digest,) = (
        rule.id.digest
        for compiled in load([folder]).compiled
        for rule in compiled.rules
        if compiled.policy.name == "workloads"
    )
    return f"""\
apiVersion: interlock.dev/v1alpha1
kind: Waiver
metadata: {{name: once}}
spec:
  layer: organization
  rules: [{{policy: workloads, rule: team, digest: "{digest}"}}]
  scope: "true"
  owner: ada
  approver: grace
  reason: One Pod.
  maxUses: 1
  starts: {_day(-1)}
  expires: {_day(1)}
"""


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


def test_what_ran_out_of_time_is_logged_too(webhook: Application, log: Path) -> None:
    ask(webhook, "/validate", encoded(review(pod(team="a"))), query=b"timeout=1ns")
    (entry,) = _entries(log)
    assert entry.decision["reasons"][0]["code"] == "failed"


def test_what_can_not_be_understood_is_no_decision_and_not_logged(
    webhook: Application, check: Application, log: Path
) -> None:
    ask(webhook, "/validate", encoded(review([])))
    ask(check, "/v1/check", encoded({"a": 1}))
    assert _entries(log) == []


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("endpoint", ["validate", "mutate"])
def test_a_review_that_can_not_be_logged_is_denied(
    webhook: Application, service: LoggedService, endpoint: str
) -> None:
    with room_for(0):
        response = ask(webhook, f"/{endpoint}", encoded(review(pod(team="a")))).json()["response"]
    assert response["allowed"] is False
    assert response["status"]["code"] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert [line["event"] for line in service.lines] == ["review failed"]
    assert _allowances(service, endpoint) == "0.0"


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("endpoint", "path", "asked"),
    [
        ("check", "/v1/check", chat("good-1")),
        ("batch", "/v1/check/batch", {"checks": [chat("good-1")]}),
    ],
)
def test_a_check_that_can_not_be_logged_is_no_allowance(
    check: Application, service: LoggedService, endpoint: str, path: str, asked: dict[str, Any]
) -> None:
    with room_for(0):
        answer = ask(check, path, encoded(asked))
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.json()["error"]["code"] == "internal"
    (line,) = service.lines
    assert line["event"] == "request failed"
    assert "can't be written: file too large" in line["error"]
    assert "exc_info" not in line
    assert _allowances(service, endpoint) == "0.0"


def test_a_check_that_is_answered_again_is_logged_again(check: Application, log: Path) -> None:
    asked = {**chat("good-1"), "idempotencyKey": "a"}
    answers = [ask(check, "/v1/check", encoded(asked)).json() for _ in range(2)]
    entries = _entries(log)
    assert [entry.decision for entry in entries] == answers
    assert [entry.document for entry in entries] == [asked, asked]
    assert [entry.repeats for entry in entries] == [False, True]


def test_a_check_that_was_never_logged_is_no_allowance_when_it_is_made_again(
    check: Application, log: Path
) -> None:
    asked = encoded({**chat("good-1"), "idempotencyKey": "a"})
    with room_for(0):
        statuses = {ask(check, "/v1/check", asked).status for _ in range(2)}
    assert statuses == {HTTPStatus.INTERNAL_SERVER_ERROR}
    answer = ask(check, "/v1/check", asked).json()
    assert [entry.decision for entry in _entries(log)] == [answer]


def _allowances(service: LoggedService, endpoint: str) -> str:
    """How many allowances of `endpoint` the metrics tell."""
    name = f'interlock_decisions_total{{decision="allow",endpoint="{endpoint}"}} '
    (line,) = (line for line in service.metrics.exposition().decode().splitlines() if line.startswith(name))
    return line.removeprefix(name)


def test_a_service_logs_decisions_only_where_it_is_asked_to(tmp_path: Path) -> None:
    policies, log = write_policies(tmp_path / "policies"), tmp_path / "log"
    with running(policies, tmp_path / "state", "--decision-log", log) as service, service.client() as client:
        assert f"log         {log}, with all that is asked\n" in service.said
        client.post(f"{service.check}/v1/check", json=chat("good-1"))
        client.post(f"{service.webhook}/mutate", json=review(job(team="a")))
        eventually(lambda: len(_entries(log)) == 2)
        assert "a secret prompt" not in service.log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    with running(policies, tmp_path / "other") as service, service.client() as client:
        client.post(f"{service.check}/v1/check", json=chat("good-1"))
        assert "a secret prompt" not in service.log.read_text()
    assert len(_entries(log)) == 2
