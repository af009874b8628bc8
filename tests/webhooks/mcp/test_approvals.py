"""What only an approval stands in the way of is put to the person at the client, once."""

import asyncio
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from interlock.errors import OperatorError
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.mcp.seal import LIFETIME, BrokenSealError, Question, Seal
from interlock_webhooks.state import StateDir
from support.budgets import limited
from support.clients import Named
from support.mcp import AGENT, about, about_response, request, stateless, tool_call, tool_list, written
from support.service import LoggedService, service_over

_PARAMS = {"name": "send", "arguments": {"to": "all"}}


def _send(number: Any = 1, **params: Any) -> dict[str, Any]:
    return stateless("tools/call", {**_PARAMS, **params}, number, elicitation={})


def _asked(app: Application, message: dict[str, Any] | None = None, **asked: Any) -> dict[str, Any]:
    answer = about(app, message or _send(), **{"approver": "jane", **asked})
    assert answer["action"] == "refuse"
    found: dict[str, Any] = answer["message"]["result"]
    return found


def _again(state: Any, response: Any = None, **params: Any) -> dict[str, Any]:
    accepted = {"action": "accept", "content": {"approve": True}} if response is None else response
    return _send(2, requestState=state, inputResponses={"interlock.approval": accepted}, **params)


@pytest.mark.parametrize("principal", [None, {"id": "desk", "claims": None}])
def test_a_caller_of_whom_nothing_is_known_can_be_approved_for(app: Application, principal: Any) -> None:
    caller = {"principal": principal, "server": "files"}
    state = _asked(app, caller=caller)["requestState"]
    assert about(app, _again(state), caller=caller, approver="jane")["action"] == "replace"
    listed = about_response(app, tool_list("send"), caller=caller, approver="jane")
    assert len(listed["message"]["result"]["tools"]) == 1


def test_the_person_at_the_client_is_asked_and_told_what_for(app: Application) -> None:
    result = _asked(app)
    assert result["resultType"] == "input_required"
    form = result["inputRequests"]["interlock.approval"]
    assert form["method"] == "elicitation/create"
    assert form["params"]["mode"] == "form"
    assert form["params"]["message"] == (
        'tools/call of files: send with {"to":"all"} needs your approval: nobody approved it'
    )


def test_an_approved_call_goes_on_as_it_was(app: Application) -> None:
    answer = about(app, _again(_asked(app)["requestState"]), approver="jane")
    assert answer["action"] == "replace"
    assert answer["message"] == _send(2)


def test_an_approval_counts_once(app: Application) -> None:
    again = _again(_asked(app)["requestState"])
    assert about(app, again, approver="jane")["action"] == "replace"
    for _ in range(2):
        answer = about(app, again, approver="jane")
        assert answer["action"] == "refuse"
        assert answer["message"]["error"]["code"] == -32602
        assert "used before" in answer["message"]["error"]["message"]


def test_an_approval_counts_through_the_client_alone_that_it_was_asked_through(service: LoggedService) -> None:
    service.authenticator = Named()
    app = check_app(service)
    again = _again(_asked(app, through="one")["requestState"])
    assert about(app, again, approver="jane", through="other")["message"]["error"]["code"] == -32602
    assert about(app, again, approver="jane", through="one")["action"] == "replace"


@pytest.mark.parametrize(
    "response",
    [
        {"action": "decline"},
        {"action": "cancel"},
        {"action": "accept"},
        {"action": "accept", "content": {"approve": False}},
        {"action": "accept", "content": {"approve": "true"}},
        {"action": "accept", "content": []},
        1,
    ],
)
def test_who_does_not_approve_denies_and_is_not_asked_again(app: Application, response: Any) -> None:
    answer = about(app, _again(_asked(app)["requestState"], response), approver="jane")
    assert answer["message"]["result"]["isError"]
    assert answer["decision"]["decision"] == "deny"


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({"arguments": {"to": "others"}}, {}),
        ({"name": "read_file"}, {}),
        ({}, {"approver": "joe"}),
        ({}, {"approver": None}),
        ({}, {"caller": {**AGENT, "principal": {"id": "other", "type": "agent"}}}),
        ({}, {"caller": {**AGENT, "server": "mail"}}),
    ],
)
def test_an_approval_is_for_that_request_alone(
    app: Application, changed: dict[str, Any], asked: dict[str, Any]
) -> None:
    terms = {key: value for key, value in {"approver": "jane", **asked}.items() if value is not None}
    answer = about(app, _again(_asked(app)["requestState"], **changed), **terms)
    assert answer["action"] == "refuse"
    assert answer["status"] == HTTPStatus.BAD_REQUEST
    assert answer["message"]["error"]["code"] == -32602


@pytest.mark.parametrize("state", ["interlock.", "interlock.gAAAA", "interlock." + "A" * 2_000_000])
def test_what_was_not_asked_can_not_be_approved(app: Application, state: str) -> None:
    answer = about(app, _again(state), approver="jane")
    assert answer["message"]["error"]["code"] == -32602


def test_an_approval_by_other_policies_counts_no_more(
    app: Application, service: LoggedService, tmp_path: Path
) -> None:
    again = _again(_asked(app)["requestState"])
    text = (tmp_path / "policies.yaml").read_text(encoding="utf-8")
    (tmp_path / "policies.yaml").write_text(text.replace("{name: read,", "{name: reading,"), encoding="utf-8")
    asyncio.run(service.policies.reload())
    answer = about(app, again, approver="jane")
    assert answer["action"] == "refuse"
    assert "policies changed" in answer["message"]["error"]["message"]


def test_what_goes_on_no_more_holds_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "sha256:" + "0" * 64) / "budget.yaml"
    path.write_text(limited("calls", 1), encoding="utf-8")
    service = service_over(tmp_path)
    app = check_app(service)
    again = _again(_asked(app)["requestState"])
    path.write_text(limited("calls", 2), encoding="utf-8")
    asyncio.run(service.policies.reload())
    assert "policies changed" in about(app, again, approver="jane")["message"]["error"]["message"]
    (account,) = about(app, tool_call("read_a"))["decision"]["budgets"]
    assert (account["spent"], account["held"]) == (0, 0)


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (_send(), {"approver": ""}),
        (_send(), {"approver": "desk"}),
        (stateless("tools/call", _PARAMS), {}),
        (stateless("tools/call", _PARAMS, elicitation={"url": {}}), {}),
        (stateless("tools/call", _PARAMS, elicitation=1), {}),
        (request("tools/call", _PARAMS), {}),
        (stateless("tools/call", {"name": "drop"}, elicitation={}), {}),
        (_send(arguments={"to": "all", "text": "x" * 2_000}), {}),
    ],
)
def test_nobody_is_asked_who_can_not_be_or_whose_approval_would_not_do(
    app: Application, message: dict[str, Any], asked: dict[str, Any]
) -> None:
    result = _asked(app, message, **asked)
    assert result["isError"]
    assert "inputRequests" not in result


@pytest.mark.parametrize(("approvers", "is_asked"), [("[jane, joe]", True), ("[joe]", False)])
def test_only_those_are_asked_who_may_approve(tmp_path: Path, approvers: str, *, is_asked: bool) -> None:
    text = (written(tmp_path, "sha256:" + "0" * 64) / "policies.yaml").read_text(encoding="utf-8")
    declared = "{name: approvers, merge: intersection, description: Who may.}, {name: approval,"
    text = text.replace("{name: approval,", declared)
    text = text.replace("{approval: [approvedBy]}", f"{{approval: [approvedBy], approvers: {approvers}}}")
    (tmp_path / "policies.yaml").write_text(text, encoding="utf-8")
    result = _asked(check_app(service_over(tmp_path)))
    assert ("inputRequests" in result) is is_asked


def test_where_policies_name_others_each_nobody_is_asked(tmp_path: Path) -> None:
    text = (written(tmp_path, "sha256:" + "0" * 64) / "policies.yaml").read_text(encoding="utf-8")
    declared = "{name: approvers, merge: equal, description: Who may.}, {name: approval,"
    text = text.replace("{name: approval,", declared)
    text = text.replace("{approval: [approvedBy]}", "{approval: [approvedBy], approvers: jane}")
    also = (
        "{name: a, require: \"'approvedBy' in intent.principal.claims\", message: m, advice: {approvers: joe}}"
    )
    text = text.replace("    - name: four-eyes", f"    - {also}\n    - name: four-eyes")
    (tmp_path / "policies.yaml").write_text(text, encoding="utf-8")
    assert "inputRequests" not in _asked(check_app(service_over(tmp_path)))


def test_what_the_server_asked_for_comes_back_to_it(app: Application) -> None:
    inner = {"requestState": "of the server", "inputResponses": {"login": {"action": "accept"}}}
    state = _asked(app, _send(1, **inner))["requestState"]
    answer = about(app, _again(state), approver="jane")
    assert answer["message"] == _send(2, **inner)


def test_nobody_else_opens_what_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question(
        request="d",  # type: ignore[arg-type]  # any text
        policy_set="p",
        claims=["c"],
        approver="a",
        nonce="n",
        inner={},
    )
    mine, key = Seal(), b"A" * 43 + b"="
    state = Seal(key).sealed(question)
    assert Seal(key).opened(state) == question
    with pytest.raises(BrokenSealError):
        mine.opened(state)
    late = time.time() + LIFETIME + 2
    monkeypatch.setattr(time, "time", lambda: late)
    with pytest.raises(BrokenSealError):
        Seal(key).opened(state)


def test_a_service_that_starts_again_knows_what_it_asked(tmp_path: Path, service: LoggedService) -> None:
    state = StateDir(tmp_path / "state")
    service.approval_key = state.approval_key()
    asked = _asked(check_app(service))["requestState"]
    service.approval_key = state.approval_key()
    assert about(check_app(service), _again(asked), approver="jane")["action"] == "replace"
    assert (state.path / "approvals.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_none_is_said_with_what_helps(tmp_path: Path) -> None:
    (tmp_path / "approvals.key").write_text("x", encoding="utf-8")
    with pytest.raises(OperatorError, match="holds no usable key: delete it"):
        StateDir(tmp_path).approval_key()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OperatorError, match="can't be used"):
        StateDir(tmp_path / "file" / "state").approval_key()
