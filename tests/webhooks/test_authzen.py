"""AuthZEN's evaluations: what they ask is decided as it is in every other protocol."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock_webhooks.app import Application
from interlock_webhooks.authzen.codec import MOST_EVALUATIONS
from support.asgi import ask
from support.authzen.world import EVALUATION, EVALUATIONS, access, evaluated, post, refund, serve


@pytest.fixture
def app(tmp_path: Path) -> Application:
    return serve(tmp_path)


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        (access("read", "r1"), True),
        (access("write", "r1", owner="ann"), True),
        (access("write", "r1", owner="bob"), False),
        (access("write", "r1"), False),
        (access("delete", "r1"), False),
        (access("read", "sealed"), False),
    ],
)
def test_an_access_is_decided_by_policies_on_resources(
    app: Application, body: dict[str, Any], *, allowed: bool
) -> None:
    answer = evaluated(app, body)
    assert answer["decision"] is allowed
    assert (answer["context"]["interlock"]["decision"] == "allow") is allowed
    assert ("reason" in answer["context"]) is not allowed


def test_a_denial_has_status_200_and_says_why(app: Application) -> None:
    answer = post(app, EVALUATION, access("read", "sealed"))
    assert answer.status == 200
    assert answer.json()["context"]["reason"] == "this record is sealed"


def test_a_tool_is_called_as_in_every_other_protocol(app: Application) -> None:
    asked = evaluated(app, refund(50))["context"]["interlock"]
    same = {
        "mcp": {
            "jsonrpc": "2.0",
            "method": "tools/call",
            "params": {"name": "refund", "arguments": {"amount": 50}},
        },
        "caller": {
            "principal": {"type": "user", "id": "ann"},
            "agent": {"name": "desk"},
            "server": "payments",
        },
    }
    told = post(app, "/v1/check", same).json()
    assert told["decision"] == asked["decision"] == "allow"
    assert told["permits"] == asked["permits"]
    assert [each["held"] for each in (*asked["budgets"], *told["budgets"])] == [0, 1]


def test_a_call_of_a_tool_holds_what_it_draws_on_budgets(app: Application) -> None:
    decided = [evaluated(app, refund(50))["decision"] for _ in range(3)]
    assert decided == [True, True, False]


def test_a_call_that_is_too_large_is_denied(app: Application) -> None:
    assert evaluated(app, refund(100))["decision"] is False


@pytest.mark.parametrize(("model", "allowed"), [("small", True), ("large", False)])
def test_a_model_is_used_as_in_every_other_protocol(app: Application, model: str, *, allowed: bool) -> None:
    body = {
        "subject": {"type": "agent", "id": "desk", "properties": {"groups": ["support"]}},
        "action": {"name": "chat", "properties": {"messages": [{"role": "user", "content": "hello"}]}},
        "resource": {"type": "model", "id": model},
    }
    assert evaluated(app, body)["decision"] is allowed


def test_what_authzen_has_no_words_for_is_said_in_the_context(app: Application) -> None:
    terms = {"attribution": {"team": "support"}, "run": {"id": "r"}, "idempotencyKey": "k", "holdFor": "1m"}
    body = refund(50) | {"context": {"agent": "desk", "interlock": terms}}
    first, again = evaluated(app, body), evaluated(app, body)
    assert first == again
    assert evaluated(app, refund(50))["decision"] is True


def test_an_agent_that_is_stated_in_full_counts_before_its_name(app: Application) -> None:
    body = refund(50) | {"context": {"agent": "desk", "interlock": {"agent": {"name": "other"}}}}
    assert evaluated(app, body)["decision"] is False


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"subject": None}, "$.subject"),
        ({"subject": "ann"}, "$.subject"),
        ({"action": {}}, "$.action.name"),
        ({"action": "read"}, "$.action"),
        ({"resource": {"type": "record"}}, "$.resource.id"),
        ({"resource": {"type": 7, "id": "r"}}, "$.resource.type"),
        ({"context": []}, "$.context"),
        ({"context": {"interlock": 1}}, "$.context.interlock"),
        ({"context": {"interlock": {"layers": []}}}, "$.context.interlock.layers"),
        ({"context": {"obligations_supported": "all"}}, "$.context.obligations_supported"),
    ],
)
def test_what_can_not_be_understood_is_refused_and_says_where(
    app: Application, changed: dict[str, Any], path: str
) -> None:
    answer = post(app, EVALUATION, access("read", "r1") | changed)
    assert answer.status == 400
    assert answer.json()["error"]["path"] == path


def test_members_that_authzen_does_not_have_are_ignored(app: Application) -> None:
    body = access("read", "r1") | {"later": {"a": 1}}
    body["subject"] |= {"alias": "a"}
    assert evaluated(app, body)["decision"] is True


@pytest.mark.parametrize(
    ("semantic", "decided"),
    [
        (None, [True, False, True, False]),
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_several_evaluations_are_made_up_to_the_one_that_settles_it(
    app: Application, semantic: str | None, decided: list[bool]
) -> None:
    body: dict[str, Any] = {
        "subject": {"type": "user", "id": "ann"},
        "action": {"name": "read"},
        "evaluations": [
            {"resource": {"type": "record", "id": each}} for each in ("a", "sealed", "b", "sealed")
        ],
    }
    if semantic is not None:
        body["options"] = {"evaluations_semantic": semantic}
    answer = post(app, EVALUATIONS, body)
    assert answer.status == 200
    assert [each["decision"] for each in answer.json()["evaluations"]] == decided


def test_one_of_several_that_can_not_be_understood_is_denied_in_its_place(app: Application) -> None:
    body = {**access("read", "r1"), "evaluations": [{}, 7, {"resource": "r"}, {"action": {"name": "read"}}]}
    decided = post(app, EVALUATIONS, body).json()["evaluations"]
    assert [each["decision"] for each in decided] == [True, False, False, True]
    assert [each["context"]["error"]["status"] for each in decided[1:3]] == [400, 400]


def test_a_part_that_is_there_takes_the_place_of_the_default_one(app: Application) -> None:
    body = {**access("write", "r1", owner="ann"), "evaluations": [{"resource": {"id": "r2"}}, {}]}
    decided = post(app, EVALUATIONS, body).json()["evaluations"]
    # The other record is of the default's type, and nobody says who owns it.
    assert [each["decision"] for each in decided] == [False, True]


@pytest.mark.parametrize("evaluations", [{}, {"evaluations": []}, {"evaluations": None}])
def test_without_a_list_it_is_one_evaluation(app: Application, evaluations: dict[str, Any]) -> None:
    answer = post(app, EVALUATIONS, access("read", "r1") | evaluations)
    assert answer.json()["decision"] is True


@pytest.mark.parametrize(
    "changed",
    [
        {"options": {"evaluations_semantic": "some"}},
        {"options": {"evaluations_semantic": 1}},
        {"options": []},
        {"evaluations": {}},
        {"evaluations": [{}] * (MOST_EVALUATIONS + 1)},
    ],
)
def test_several_that_can_not_be_understood_as_a_whole_are_refused(
    app: Application, changed: dict[str, Any]
) -> None:
    body = access("read", "r1") | {"evaluations": [{}]} | changed
    assert post(app, EVALUATIONS, body).status == 400


@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS, "/v1/check"])
@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b'{"subject": '])
def test_the_name_of_a_request_is_said_back(app: Application, path: str, body: bytes) -> None:
    headers = ((b"content-type", b"application/json"), (b"x-request-id", b"abc-1"))
    answer = ask(app, path, body, headers=headers)
    assert answer.status == 400
    assert answer.headers["x-request-id"] == "abc-1"


def test_a_name_that_is_too_long_is_not_said_back(app: Application) -> None:
    answer = post(app, EVALUATION, access("read", "r1"), (b"x-request-id", b"x" * 257))
    assert answer.status == 200
    assert "x-request-id" not in answer.headers


def test_the_metadata_say_where_what_is_asked(app: Application) -> None:
    found = ask(app, "/.well-known/authzen-configuration", method="GET").json()
    assert found["policy_decision_point"] == "http://localhost:8080"
    endpoints = {key: url for key, url in found.items() if key.endswith("_endpoint")}
    assert endpoints["access_evaluation_endpoint"] == f"http://localhost:8080{EVALUATION}"
    for url in endpoints.values():
        assert ask(app, url.removeprefix(found["policy_decision_point"]), b"{}").status == 400
    assert found["obligations_supported"] == ["custom", "notification", "session_termination", "step-up"]


def test_bodies_are_bounded_as_everywhere(app: Application) -> None:
    deep: Any = {}
    for _ in range(100):
        deep = {"a": deep}
    assert post(app, EVALUATION, access("read", "r1") | {"context": deep}).status == 400
    body = msgspec.json.encode(access("read", "r1") | {"context": {"n": 2**70}})
    assert ask(app, EVALUATION, body).status == 400
