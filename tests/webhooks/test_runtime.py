"""The check API: checks in, recorded decisions out."""

from http import HTTPStatus
from typing import Any

import msgspec
import pytest

from interlock.decisionlog.recorded import RecordedDecision
from interlock_webhooks.app import Application
from interlock_webhooks.runtime.codec import MAX_BATCH, BatchAnswer
from support.asgi import ask
from support.reviews import call, chat, encoded, pod, review
from support.service import LoggedService


def test_an_allowed_call_is_answered_with_what_permits_it(check: Application) -> None:
    answer = ask(check, "/v1/check", encoded(chat("good-1")))
    assert answer.status == HTTPStatus.OK
    decision = answer.json()
    assert decision["decision"] == "allow"
    assert decision["reasons"] == []
    assert [permit["rule"] for permit in decision["permits"]] == ["good"]


def test_a_denied_call_is_answered_with_every_reason_and_a_remedy(check: Application) -> None:
    answer = ask(check, "/v1/check", encoded(chat("bad-1")))
    assert answer.status == HTTPStatus.OK
    decision = answer.json()
    assert decision["decision"] == "deny"
    assert [reason["code"] for reason in decision["reasons"]] == ["violated", "unpermitted"]
    assert decision["reasons"][0]["message"] == "this model is not to be used"
    assert decision["reasons"][0]["remedy"] == "use good-1"


@pytest.mark.parametrize(
    "body",
    [
        chat("good-1"),
        call("read_file", path="x"),
        call("write_file", path="x"),
        {"admission": review(pod())["request"]},
        {"embeddings": {"model": "good-2", "input": "x"}},
        {"intent": {"action": "tool.list"}},
    ],
)
def test_every_sort_of_check_is_answered_with_a_whole_decision(
    check: Application, body: dict[str, Any]
) -> None:
    answer = ask(check, "/v1/check", encoded(body))
    decision = answer.json()
    assert answer.status == HTTPStatus.OK
    msgspec.convert(decision, RecordedDecision, strict=True)
    assert (decision["decision"] == "allow") == (decision["reasons"] == [])


def test_the_same_object_gets_the_same_reasons_here_and_at_the_webhook(
    check: Application, webhook: Application
) -> None:
    asked = review(pod())
    here = ask(check, "/v1/check", encoded({"admission": asked["request"]})).json()
    there = ask(webhook, "/validate", encoded(asked)).json()["response"]
    assert [reason["message"] for reason in here["reasons"]] == ["no team answers for this workload"]
    assert "no team answers for this workload" in there["status"]["message"]


def test_a_batch_is_answered_in_its_order_by_one_policy_set(check: Application) -> None:
    checks = [chat("good-1"), chat("bad-1"), call("read_file"), call("write_file")]
    answer = ask(check, "/v1/check/batch", encoded({"checks": checks}))
    msgspec.convert(answer.json(), BatchAnswer, strict=True)
    decisions = answer.json()["decisions"]
    assert [decision["decision"] for decision in decisions] == ["allow", "deny", "allow", "deny"]
    assert len({decision["policySet"] for decision in decisions}) == 1


def test_a_batch_decides_as_its_checks_do_one_by_one(check: Application) -> None:
    checks = [chat("good-1"), chat("bad-1"), call("write_file")]
    together = ask(check, "/v1/check/batch", encoded({"checks": checks})).json()["decisions"]
    apart = [ask(check, "/v1/check", encoded(one)).json() for one in checks]
    assert [one["reasons"] for one in together] == [one["reasons"] for one in apart]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"checks": None},
        {"checks": []},
        {"checks": {}},
        {"checks": [chat("good-1")] * (MAX_BATCH + 1)},
        {"checks": [chat("good-1")], "more": 1},
    ],
)
def test_what_is_no_batch_is_refused_with_what_to_send(check: Application, body: dict[str, Any]) -> None:
    answer = ask(check, "/v1/check/batch", encoded(body))
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert 'send `{"checks": [...]}`' in answer.json()["error"]["message"]


@pytest.mark.parametrize("bad", [1, {}, {"chat": {"model": 7}}])
def test_a_batch_with_a_bad_check_is_refused_and_the_check_is_named(check: Application, bad: object) -> None:
    answer = ask(check, "/v1/check/batch", encoded({"checks": [chat("good-1")] * 3 + [bad]}))
    error = answer.json()["error"]
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert error["code"] == "request.invalid"
    assert error["message"].startswith("`checks[3]`: ")
    assert error["path"].startswith("$.checks[3]")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"chat": {"model": "good-1", "messages": []}, "caller": 1}, "$.caller"),
        ({"chat": {}, "mcp": {}}, "$"),
        ({}, "$"),
    ],
)
def test_an_error_says_where_it_is(check: Application, body: dict[str, Any], path: str) -> None:
    answer = ask(check, "/v1/check", encoded(body))
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert answer.json()["error"]["path"] == path


def test_when_the_time_is_over_the_decision_is_a_denial(check: Application) -> None:
    decision = ask(check, "/v1/check", encoded(chat("good-1")), query=b"timeout=1ns").json()
    assert decision["decision"] == "deny"
    assert [reason["code"] for reason in decision["reasons"]] == ["failed"]


def test_a_failure_of_the_service_is_a_500_that_tells_nothing(
    check: Application, service: LoggedService
) -> None:
    service.policies = None  # type: ignore[assignment]  # breaks whatever comes next
    answer = ask(check, "/v1/check", encoded(chat("good-1")))
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.json()["error"]["code"] == "internal"
    assert "NoneType" not in answer.body.decode()
    assert [line["event"] for line in service.lines] == ["request failed"]


def test_a_denial_is_logged_without_what_was_asked(check: Application, service: LoggedService) -> None:
    ask(check, "/v1/check", encoded(chat("bad-1")))
    ask(check, "/v1/check", encoded(call("write_file", path="a secret path")))
    logged = [(line["action"], line["reasons"]) for line in service.lines]
    assert logged == [
        ("model.chat", ["violated/organization/models/never-bad", "unpermitted/organization"]),
        ("tool.call", ["unpermitted/organization"]),
    ]
    assert "secret" not in str(service.lines)


def test_an_allowed_call_is_not_logged(check: Application, service: LoggedService) -> None:
    ask(check, "/v1/check", encoded(chat("good-1")))
    assert service.lines == []


def test_no_caller_makes_a_log_line_long(check: Application, service: LoggedService) -> None:
    stated = {"action": "tool.call", "kind": "prompt\n" * 1000, "tools": [{"name": "t"}] * 500}
    assert ask(check, "/v1/check", encoded({"intent": stated})).json()["decision"] == "deny"
    (line,) = service.lines
    assert line["reasons"] == ["unpermitted/organization"]
    assert len(line["kind"]) <= 253
    assert line["kind"].isprintable()
