"""Headers of Streamable HTTP say what the body says, or the message is refused."""

from http import HTTPStatus
from typing import Any

import pytest

from interlock_webhooks.app import Application
from support.mcp import about, about_response, request, stateless, tool_call

_CALL = stateless(
    "tools/call", {"name": "read_file", "arguments": {"path": "x", "deep": {"n": 42, "is": True}}}
)
_HEADERS = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "read_file"}
_MIRRORING = {
    "name": "read_file",
    "inputSchema": {
        "properties": {
            "path": {"type": "string", "x-mcp-header": "Path"},
            "deep": {
                "properties": {
                    "n": {"type": "integer", "x-mcp-header": "Number"},
                    "is": {"type": "boolean", "x-mcp-header": "Is"},
                    "absent": {"type": "string", "x-mcp-header": "Absent"},
                }
            },
            "listed": {"items": {"properties": {"x": {"x-mcp-header": "Item"}}}},
            "wrong": 1,
            "unnamed": {"x-mcp-header": ""},
        }
    },
}
_MIRRORED = {"mcp-param-path": "x", "mcp-param-number": "42", "mcp-param-is": "true"}


def _assert_refused(answer: dict[str, Any]) -> None:
    assert answer["action"] == "refuse"
    assert answer["status"] == HTTPStatus.BAD_REQUEST
    assert answer["message"]["error"]["code"] == -32020
    assert answer["message"]["id"] == 1


@pytest.mark.parametrize(
    ("message", "headers"),
    [
        (_CALL, _HEADERS),
        (_CALL, {**_HEADERS, "mcp-name": "=?base64?cmVhZF9maWxl?="}),
        (_CALL, {**_HEADERS, "mcp-param-other": "whatever", "accept": "*/*"}),
        (stateless("tools/list", {}), {**_HEADERS, "mcp-method": "tools/list"}),
        (tool_call("read_file"), {}),
        (tool_call("read_file"), {"mcp-protocol-version": "2025-11-25"}),
        (tool_call("read_file"), {"mcp-method": "tools/call", "mcp-name": "read_file"}),
        (request("ping"), {"MCP-Protocol-Version": "2025-06-18"}),
        ({"jsonrpc": "2.0", "method": "notifications/initialized"}, {"mcp-protocol-version": "2026-07-28"}),
        ({"jsonrpc": "2.0", "id": 1, "result": {}}, {"mcp-method": "tools/call"}),
    ],
)
def test_headers_that_agree_change_nothing(
    app: Application, message: dict[str, Any], headers: dict[str, str]
) -> None:
    assert about(app, message, headers=headers)["action"] == "pass"


@pytest.mark.parametrize(
    ("message", "headers"),
    [
        *((_CALL, {key: value for key, value in _HEADERS.items() if key != left_out}) for left_out in _HEADERS),
        *((_CALL, {**_HEADERS, key: "other"}) for key in _HEADERS),
        (_CALL, {**_HEADERS, "mcp-protocol-version": "2025-11-25"}),
        (_CALL, {**_HEADERS, "Mcp-Name": "read_file"}),
        (_CALL, {**_HEADERS, "mcp-name": "=?base64?!?="}),
        (_CALL, {**_HEADERS, "mcp-name": "=?base64?/w==?="}),
        (_CALL, {**_HEADERS, "mcp-name": "read_filé"}),
        (_CALL, {**_HEADERS, "mcp-method": "Tools/call"}),
        (tool_call("read_file"), {"mcp-method": "ping"}),
        (tool_call("read_file"), {"mcp-name": "drop"}),
        (request("ping"), {"mcp-method": "tools/call"}),
        (request("resources/read", {"uri": "public:a"}), {"mcp-name": "public:b"}),
    ],
)
def test_headers_that_say_something_else_are_refused(
    app: Application, message: dict[str, Any], headers: dict[str, str]
) -> None:
    _assert_refused(about(app, message, headers=headers))


def test_what_says_no_revision_where_each_request_does_is_malformed(app: Application) -> None:
    answer = about(app, tool_call("read_file"), headers={"mcp-protocol-version": "2026-07-28"})
    assert (answer["status"], answer["message"]["error"]["code"]) == (HTTPStatus.BAD_REQUEST, -32602)


@pytest.mark.parametrize(
    ("changed", "agrees"),
    [
        ({}, True),
        ({"mcp-param-number": "42.0"}, True),
        ({"mcp-param-path": "=?base64?eA==?="}, True),
        ({"mcp-param-path": "y"}, False),
        ({"mcp-param-path": None}, False),
        ({"mcp-param-number": "43"}, False),
        ({"mcp-param-number": "4²"}, False),
        ({"mcp-param-number": "9" * 40}, False),
        ({"mcp-param-number": "x"}, False),
        ({"mcp-param-is": "True"}, False),
        ({"mcp-param-absent": "x"}, False),
        ({"mcp-param-item": "x"}, True),
    ],
)
def test_arguments_in_headers_are_those_in_the_body_once_the_tool_was_listed(
    app: Application, changed: dict[str, str | None], *, agrees: bool
) -> None:
    about_response(app, {"jsonrpc": "2.0", "id": 1, "result": {"tools": [_MIRRORING]}})
    sent = {**_HEADERS, **_MIRRORED, **changed}
    answer = about(app, _CALL, headers={key: value for key, value in sent.items() if value is not None})
    if agrees:
        assert answer["action"] == "pass"
    else:
        _assert_refused(answer)
