"""Access requests of AuthZEN's profile: who is asked about which denial, and what becomes of that."""

from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pytest

from interlock.clock import now
from interlock.instants import rfc3339
from interlock.units import Instant, days
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.approvals.denial import LASTS
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.globs import Globs
from interlock_webhooks.clients.scope import Scope
from support.asgi import Answer, ask
from support.authzen.appealing import (
    CANCEL,
    REQUESTS,
    WAITING,
    context_of,
    decide,
    payment,
    serving,
    submission,
    submitted,
    task_of,
)
from support.authzen.world import post
from support.clients import AS_KNOWN, Known
from support.service import LoggedService

_URN: Final = "urn:openid:authzen:access-request:error:"


@pytest.fixture
def service(tmp_path: Path) -> LoggedService:
    return serving(tmp_path)


@pytest.fixture
def app(service: LoggedService) -> Application:
    return check_app(service)


def test_a_client_decides_only_for_whom_it_may_speak_of(service: LoggedService) -> None:
    id_ = submitted(check_app(service), payment())
    service.authenticator = Known(Client("known", scope=Scope(ids=Globs.of(["bob"]))))
    app = check_app(service)
    for approver, status in (("tess", 403), ("bob", 200)):
        until = rfc3339(Instant(now() + 60_000))
        body = {"id": id_, "decision": "approve", "approver": approver, "until": until}
        assert post(app, "/v1/approvals/decide", body, (b"name", b"known")).status == status


def test_a_client_sees_what_waits_for_those_of_whom_it_may_speak(service: LoggedService) -> None:
    for_tess = submitted(check_app(service), payment("dear"))
    for_anybody = submitted(check_app(service), payment())
    for speaker, expected in (("bob", {for_anybody}), ("tess", {for_anybody, for_tess})):
        service.authenticator = Known(Client("known", scope=Scope(ids=Globs.of([speaker]))))
        answer = ask(check_app(service), WAITING, method="GET", headers=((b"name", b"known"),)).json()
        assert {each["id"] for each in answer["waiting"]} == expected


def _problem(answer: Answer, name: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"{_URN}{name}"
    assert answer.json()["status"] == answer.status


@pytest.mark.parametrize(
    ("changed", "denial"),
    [
        ({"subject": {"type": "user", "id": "bob"}}, {}),
        ({"resource": {"type": "payment", "id": "other"}}, {}),
        ({"context": {"case": 8}}, {}),
        ({"subject": "ann"}, {}),
        ({"context": []}, {}),
        ({"denial": None}, {}),
        ({}, {"binding_token": "a.b.c"}),
        ({}, {"binding_token": 7}),
        ({}, {"expires_at": "2100-01-01T00:00:00Z"}),
    ],
)
def test_an_access_request_is_about_the_denial_that_it_has(
    app: Application, changed: dict[str, Any], denial: dict[str, Any]
) -> None:
    asked = submission(payment(), context_of(app, payment(), allowed=False))
    asked["denial"] |= denial
    answer = post(app, REQUESTS, asked | changed)
    assert answer.status == HTTPStatus.BAD_REQUEST
    _problem(answer, "invalid_denial_binding")


def test_a_denial_that_is_too_old_can_not_be_asked_about(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = submission(payment(), context_of(app, payment(), allowed=False))
    later = Instant(now() + LASTS)
    monkeypatch.setattr("interlock_webhooks.approvals.handlers.now", lambda: later)
    answer = post(app, REQUESTS, asked)
    assert answer.status == HTTPStatus.GONE
    _problem(answer, "expired_denial")


def test_an_access_request_that_comes_again_is_the_same(app: Application) -> None:
    asked = submission(payment(), context_of(app, payment(), allowed=False))
    key = (b"idempotency-key", b"k")
    first, again = (post(app, REQUESTS, asked, key).json()["task"]["id"] for _ in range(2))
    assert first == again
    assert post(app, REQUESTS, asked).json()["task"]["id"] != first
    other = post(app, REQUESTS, asked | {"requested_access": {"emergency": True}}, key)
    assert other.status == HTTPStatus.CONFLICT
    _problem(other, "duplicate_request")


def test_a_task_is_its_clients(app: Application, service: LoggedService) -> None:
    id_ = submitted(app, payment())
    service.authenticator = Known(Client("known"))
    other = check_app(service)
    for path, method in ((f"{REQUESTS}/task", "GET"), (CANCEL, "POST")):
        answer = ask(other, path, method=method, query=f"id={id_}".encode(), headers=AS_KNOWN)
        assert answer.status == HTTPStatus.NOT_FOUND
        _problem(answer, "unknown_task")


def test_who_approves_sees_what_waits(app: Application) -> None:
    id_ = submitted(app, payment())
    (waiting,) = ask(app, WAITING, method="GET", headers=()).json()["waiting"]
    assert waiting["id"] == id_
    assert waiting["resource"]["id"] == "acme"
    assert waiting["justification"] == "the invoice is due"
    assert waiting["context"] == {"case": 7}
    decide(app, id_, decision="deny")
    assert ask(app, WAITING, method="GET", headers=()).json()["waiting"] == []


def test_what_was_decided_stays_so(app: Application) -> None:
    id_ = submitted(app, payment())
    assert decide(app, id_, decision="deny").json()["status"] == "denied"
    assert decide(app, id_).status == HTTPStatus.CONFLICT
    cancelled = ask(app, CANCEL, query=f"id={id_}".encode(), headers=())
    assert cancelled.status == HTTPStatus.CONFLICT
    _problem(cancelled, "invalid_task_state")
    assert task_of(app, id_).json()["task"]["status"] == "denied"


def test_what_nobody_approves_in_time_expires(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = submitted(app, payment())
    later = Instant(now() + days(3))
    monkeypatch.setattr("interlock_webhooks.approvals.handlers.now", lambda: later)
    assert task_of(app, id_).json()["task"]["status"] == "expired"
    assert decide(app, id_).status == HTTPStatus.CONFLICT
    assert ask(app, WAITING, method="GET", headers=()).json()["waiting"] == []


@pytest.mark.parametrize(
    "decided",
    [
        {"until": "soon"},
        {"until": "2026-01-01T00:00:00"},
        {"until": "2026-01-01T00:00:00Z"},
        {"until": "2100-01-01T00:00:00Z"},
        {"approver": ""},
        {"decision": "allow"},
        {"more": 1},
    ],
)
def test_a_decision_that_can_not_be_understood_is_refused(app: Application, decided: dict[str, Any]) -> None:
    id_ = submitted(app, payment())
    assert decide(app, id_, **({"approver": "tess"} | decided)).status == HTTPStatus.BAD_REQUEST
    assert task_of(app, id_).json()["task"]["status"] == "pending"


def test_a_decision_on_nothing_is_refused(app: Application) -> None:
    assert decide(app, "arq_nothing").status == HTTPStatus.NOT_FOUND


def test_too_many_that_wait_keep_others_out_and_none_away(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_webhooks.approvals.store.MOST_PENDING", 1)
    id_ = submitted(app, payment())
    asked = submission(payment(), context_of(app, payment(), allowed=False))
    _problem(post(app, REQUESTS, asked), "not_requestable")
    assert task_of(app, id_).json()["task"]["status"] == "pending"


def test_a_key_has_some_characters(app: Application) -> None:
    asked = submission(payment(), context_of(app, payment(), allowed=False))
    _problem(post(app, REQUESTS, asked, (b"idempotency-key", b"k" * 256)), "duplicate_request")
