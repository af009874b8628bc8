"""What becomes of each message that a client of MCP can send."""

from http import HTTPStatus
from typing import Any

import msgspec
import pytest

from interlock_webhooks.app import Application
from interlock_webhooks.mcp.codec import decode
from interlock_webhooks.mcp.errors import RefusedMessageError
from support.asgi import ask
from support.mcp import AGENT, about, about_response, request, stateless, tool_call, tool_list


@pytest.mark.parametrize(
    "message",
    [
        request("initialize", {"protocolVersion": "2025-11-25"}),
        request("ping"),
        request("server/discover"),
        request("logging/setLevel", {"level": "info"}),
        request("resources/unsubscribe", {"uri": "private:x"}),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
        {"jsonrpc": "2.0", "id": 7, "result": {"action": "accept"}},
        {"jsonrpc": "2.0", "id": 7, "error": {"code": -1, "message": "no"}},
    ],
)
def test_what_touches_nothing_passes_and_nobody_is_asked(app: Application, message: dict[str, Any]) -> None:
    assert about(app, message) == {"action": "pass"}


@pytest.mark.parametrize(
    ("message", "is_allowed"),
    [
        (tool_call("read_file", path="x"), True),
        (tool_call("write", path="/home/a"), True),
        (tool_call("write", path="/etc/a"), False),
        (tool_call("drop"), False),
        (request("tools/list"), True),
        (request("resources/read", {"uri": "public:a"}), True),
        (request("resources/read", {"uri": "private:a"}), False),
        (request("resources/subscribe", {"uri": "private:a"}), False),
        (request("resources/list"), True),
        (request("resources/templates/list"), True),
        (request("prompts/list"), True),
        (request("prompts/get", {"name": "hello"}), True),
        (request("completion/complete", {"ref": {"type": "ref/prompt", "name": "hello"}}), True),
        (request("completion/complete", {"ref": {"type": "ref/resource", "uri": "private:{x}"}}), False),
        (request("subscriptions/listen", {"notifications": {"toolsListChanged": True}}), True),
        (
            request("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["public:a", "x:b"]}}),
            False,
        ),
        (request("tasks/get", {"taskId": "t"}), False),
        (request("tasks/list"), True),
    ],
)
def test_what_touches_things_is_decided(app: Application, message: dict[str, Any], *, is_allowed: bool) -> None:
    answer = about(app, message)
    assert answer["action"] == ("pass" if is_allowed else "refuse")
    assert answer["decision"]["decision"] == ("allow" if is_allowed else "deny")


@pytest.mark.parametrize("method", ["tools/run", "tools/Call", "notifications/x", "", "x" * 9000])
def test_what_nobody_knows_is_denied(app: Application, method: str) -> None:
    answer = about(app, request(method))
    assert answer["action"] == "refuse"
    assert answer["message"]["error"]["code"] == -32601
    assert answer["message"]["id"] == 1
    assert answer["status"] == HTTPStatus.OK
    modern = about(app, stateless(method, {}))
    assert modern["status"] == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("method", ["resources/subscribe", "tasks/list", "tasks/result"])
def test_what_a_revision_does_not_have_any_more_is_denied_in_it(app: Application, method: str) -> None:
    params = {"uri": "public:a", "taskId": "t"}
    assert about(app, stateless(method, params))["message"]["error"]["code"] == -32601
    assert "decision" in about(app, request(method, params))


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ([tool_call("read_file")], -32600),
        ([], -32600),
        ("tools/call", -32600),
        (None, -32600),
        ({}, -32600),
        ({"jsonrpc": "2.0"}, -32600),
        ({"jsonrpc": "2.0", "id": 1}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "result": {}, "error": {}}, -32600),
        ({**request("ping"), "jsonrpc": "1.0"}, -32600),
        ({**request("ping"), "id": None}, -32600),
        ({**request("ping"), "id": True}, -32600),
        ({**request("ping"), "id": 1.5}, -32600),
        ({**request("ping"), "method": 1}, -32600),
        ({**request("ping"), "params": []}, -32602),
        ({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "read_file"}}, -32600),
        ({"jsonrpc": "2.0", "method": "ping"}, -32600),
        (request("ping", {"x": 2**63}), -32600),
        ({**request("ping"), "Method": "tools/call", "Params": {"name": "drop"}}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "result": {}, "METHOD": "tools/call"}, -32600),
        ({"JSONRPC": "2.0", "id": 1, "method": "ping"}, -32600),
        ({**request("ping"), "\u0131d": 2}, -32600),
        (request("resources/read", {"uri": "file:///a", "ur\u0131": "file:///b"}), -32600),
        (request("tools/call", {"name": "read_a", "Name": "drop"}), -32600),
        (request("tools/call", {"Arguments": {}, "name": "read_a"}), -32600),
        (
            request("completion/complete", {"ref": {"type": "ref/prompt", "name": "hello", "Name": "other"}}),
            -32600,
        ),
        (
            request(
                "completion/complete", {"ref": {"Type": "ref/resource", "type": "ref/prompt", "name": "x"}}
            ),
            -32600,
        ),
        (request("subscriptions/listen", {"notifications": {"ResourceSubscriptions": ["secret:a"]}}), -32600),
        (request("resources/subscribe", {"uri": "public:a", "URI": "private:a"}), -32600),
        (tool_call("write", path="/home/a", Path="/etc/a"), -32600),
        (request("tools/call", {"name": 1}), -32602),
        (request("tools/call", {}), -32602),
        (request("resources/read", {}), -32602),
        (request("completion/complete", {"ref": {"type": "ref/tool", "name": "x"}}), -32602),
    ],
)
def test_what_is_no_message_is_refused(app: Application, message: Any, code: int) -> None:
    answer = about(app, message)
    assert answer["action"] == "refuse"
    assert answer["status"] == HTTPStatus.BAD_REQUEST
    assert answer["message"]["error"]["code"] == code
    assert "decision" not in answer


@pytest.mark.parametrize("number", ["a", 1, -5, 2**63 - 1, ""])
def test_what_is_refused_has_the_id_of_its_request(app: Application, number: Any) -> None:
    assert about(app, request("tools/call", {"name": "drop"}, number))["message"]["id"] == number


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 5000, b'{"jsonrpc": NaN}'])
def test_bytes_that_are_no_json_are_refused(body: bytes) -> None:
    with pytest.raises(RefusedMessageError) as caught:
        decode(body)
    assert caught.value.refusal.message["error"]["code"] == -32700
    assert "id" not in caught.value.refusal.message


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": request("ping"), "caller": 1},
        {"message": request("ping"), "denials": "quietly"},
        {"message": request("ping"), "other": 1},
        {"message": request("ping"), "headers": [1]},
    ],
)
def test_a_question_that_is_none_is_a_400(app: Application, body: dict[str, Any]) -> None:
    for path in ("/v1/mcp/request", "/v1/mcp/response"):
        assert ask(app, path, msgspec.json.encode(body)).status == HTTPStatus.BAD_REQUEST


def test_who_passes_changes_on_passes_on_what_policies_made_of_the_call(app: Application) -> None:
    answer = about(app, tool_call("read_file", path="x"), appliesPatches=True, holdFor="1m")
    assert answer["action"] == "replace"
    assert answer["message"] == tool_call("read_file", path="x", quiet=True)
    assert about(app, tool_call("read_file", path="x"))["action"] == "pass"


@pytest.mark.parametrize(
    "stated",
    [
        {"pal": 1},
        {"server": []},
        {"server": 5},
        {"principal": 1},
        {"tool": []},
        {"agent": {"name": 1}},
        {"n": 2**70},
    ],
)
def test_a_caller_that_can_not_be_understood_is_refused(app: Application, stated: dict[str, Any]) -> None:
    state = {"name": "read_file", "requestState": "interlock.x"}
    for message in (tool_call("read_file"), request("tools/call", state)):
        answer = about(app, message, caller={**AGENT, **stated}, approver="jane")
        assert answer["message"]["error"]["code"] == -32602
    listed = about_response(app, tool_list("read_a"), caller={**AGENT, **stated}, approver="jane")
    assert listed["action"] == ("replace" if "tool" in stated else "refuse")
