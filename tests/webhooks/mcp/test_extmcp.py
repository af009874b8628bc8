"""agentgateway asks over gRPC, in JSON or in structs, and is answered as it asked."""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from google.protobuf.struct_pb2 import Struct

from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.exchange import Request
from interlock_webhooks.grpc.method import Method
from interlock_webhooks.mcp.extmcp.codec import CHECK_REQUEST, CHECK_RESPONSE
from interlock_webhooks.mcp.extmcp.extmcp_pb2 import AuthorizationError, McpResult
from interlock_webhooks.methods import grpc_methods
from interlock_webhooks.structs import plain
from support.budgets import WORLD, limited
from support.mcp import AGENT, PINNED
from support.service import LoggedService, service_over

_PRINCIPAL = {"caller": {"principal": AGENT["principal"]}}


def _field(number: int, value: bytes) -> bytes:
    """A field of protobuf's encoding with `value`, shorter than 16 KiB."""
    size = len(value)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + value


def _struct(value: dict[str, Any]) -> bytes:
    struct = Struct()
    struct.update(value)
    return struct.SerializeToString()


def _message(method: str, body: bytes | None, *servers: str, stated: dict[str, Any] | None = None) -> bytes:
    """What agentgateway sends, as its definition has it on the wire."""
    names = b"".join(_field(1, server.encode()) for server in servers or ("files",))
    metadata = _field(3, _struct(_PRINCIPAL if stated is None else stated))
    return names + _field(2, method.encode()) + metadata + (b"" if body is None else _field(4, body))


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _sent(service: LoggedService, path: str, body: bytes) -> McpResult:
    method = grpc_methods(service)[path]
    assert isinstance(method, Method)
    request = Request(
        body=body,
        until=time.monotonic_ns() + 60_000_000_000,
        client=LOCAL,
        method="POST",
        path=path,
        query=b"",
        headers=(),
    )

    async def asked() -> bytes:
        answer = await method.handler(request)
        return answer.payload

    return McpResult.FromString(asyncio.run(asked()))


def _about(service: LoggedService, method: str, body: bytes | None, *servers: str, **more: Any) -> McpResult:
    return _sent(service, CHECK_REQUEST, _message(method, body, *servers, **more))


def _names(result: McpResult) -> list[str]:
    assert result.WhichOneof("result") == "mutated"
    return [tool["name"] for tool in msgspec.json.decode(result.mutated)["tools"]]


def test_the_wire_is_that_of_agentgateway(service: LoggedService) -> None:
    body = b"\x0a\x05files\x12\x0aresources/x\x22\x02{}".replace(b"\x0aresources/x", b"\x0atools/list")
    assert _sent(service, CHECK_REQUEST, body).WhichOneof("result") == "passed"
    answer = _about(service, "tools/call", _json({"name": "drop"})).SerializeToString()
    # field 3, an error; in it field 1, PERMISSION_DENIED
    assert answer[0] == 3 << 3 | 2
    assert b"\x08\x01\x12" in answer[:6]


@pytest.mark.parametrize(
    ("method", "params", "outcome"),
    [
        ("tools/call", {"name": "read_a", "arguments": {"quiet": True}}, "passed"),
        ("tools/call", {"name": "read_a"}, "mutated"),
        ("tools/call", {"name": "drop"}, "error"),
        ("tools/list", None, "passed"),
        ("resources/read", {"uri": "public:a"}, "passed"),
        ("resources/read", {"uri": "private:a"}, "error"),
        ("initialize", {}, "passed"),
        ("notifications/initialized", None, "passed"),
        ("run/it", {}, "error"),
    ],
)
@pytest.mark.parametrize("write", [_json, _struct])
def test_requests_pass_are_changed_or_denied(
    service: LoggedService, write: Any, method: str, params: dict[str, Any] | None, outcome: str
) -> None:
    result = _about(service, method, None if params is None else write(params))
    assert result.WhichOneof("result") == outcome
    if outcome == "mutated":
        raw = result.mutated
        changed = plain(Struct.FromString(raw)) if write is _struct else msgspec.json.decode(raw)
        assert changed == {**(params or {}), "arguments": {"quiet": True}}


def test_a_denial_has_code_reason_and_details(service: LoggedService) -> None:
    error = _about(service, "tools/call", _json({"name": "drop"})).error
    assert error.code == AuthorizationError.PERMISSION_DENIED
    assert error.reason.startswith("denied: no policy of layer `organization` permits `files/drop`")
    said = msgspec.json.decode(error.mcp_error)
    assert (said["code"], said["message"]) == (-32001, error.reason)
    in_struct = _about(service, "tools/call", _struct({"name": "drop"})).error
    assert plain(Struct.FromString(in_struct.mcp_error)) == said


def test_a_server_that_nobody_names_is_unknown(service: LoggedService) -> None:
    method = b"\x12\x0atools/call"
    denied = _sent(service, CHECK_REQUEST, method + _field(4, _json({"name": "drop"}))).error
    assert "`unknown/drop`" in denied.reason
    listed = _sent(
        service, CHECK_RESPONSE, method + _field(4, _json({"tools": [{"name": "read_a"}, {"name": "x"}]}))
    )
    assert _names(listed) == ["read_a"]


def test_what_was_decided_is_told_to_the_gateways_expressions(service: LoggedService) -> None:
    told = plain(_about(service, "tools/call", _json({"name": "send"})).metadata)["interlock"]
    assert told["decision"] == "deny"
    assert told["advice"] == {"approval": ["approvedBy"]}
    assert told["policySet"].startswith("sha256:")


def test_the_caller_is_what_the_configuration_says(service: LoggedService) -> None:
    claims = {"approvedBy": "jane"}
    stated: dict[str, Any] = {
        "caller": {"principal": {"id": "desk", "claims": claims}},
        "discharges": ["x"],
        "other": 1,
    }
    assert _about(service, "tools/call", _json({"name": "send"}), stated=stated).HasField("mutated")
    assert _about(service, "tools/call", _json({"name": "send"})).HasField("error")


@pytest.mark.parametrize(
    ("body", "stated"),
    [
        (b"{", None),
        (b"[]", None),
        (b"\n\xff\xff", None),
        (_json({"name": 1}), None),
        (_json({"name": "read_a", "n": 2**70}), None),
        (_json({"name": "read_a"}), {"caller": 1}),
        (_json({"name": "read_a"}), {"caller": {"pal": 1}}),
        (_json({"name": "read_a"}), {"discharges": 1}),
        (_json({"name": "read_a"}), {"caller": {"principal": {"id": 5}}}),
    ],
)
def test_what_can_not_be_understood_never_passes(
    service: LoggedService, body: bytes, stated: dict[str, Any] | None
) -> None:
    for path in (CHECK_REQUEST, CHECK_RESPONSE):
        message = _message("tools/call", body, stated=stated)
        result = _sent(service, path, message)
        if path == CHECK_REQUEST or result.HasField("error"):
            assert result.error.code == AuthorizationError.INVALID
    assert _sent(service, CHECK_REQUEST, b"\xff").error.code == AuthorizationError.INVALID


def test_lists_are_filtered_and_all_other_results_pass(service: LoggedService) -> None:
    tools = [{"name": name} for name in ("read_a", "drop", "write")]
    listed = {"tools": tools, "nextCursor": "2"}
    result = _sent(service, CHECK_RESPONSE, _message("tools/list", _json(listed)))
    assert _names(result) == ["read_a", "write"]
    assert msgspec.json.decode(result.mutated)["nextCursor"] == "2"
    in_struct = _sent(service, CHECK_RESPONSE, _message("tools/list", _struct(listed)))
    assert [tool["name"] for tool in plain(Struct.FromString(in_struct.mutated))["tools"]] == [
        "read_a",
        "write",
    ]
    called = _sent(service, CHECK_RESPONSE, _message("tools/call", _json({"content": []})))
    assert called.HasField("passed")
    too_many = {"tools": [{"name": "read"}] * 1001}
    for servers in (["files"], ["files", "mail"]):
        names = {"tools": [{"name": f"files_{tool['name']}"} for tool in too_many["tools"]]}
        body = _json(too_many if len(servers) == 1 else names)
        message = _message("tools/list", b"", *servers)[:-2] + _long(4, body)
        assert _sent(service, CHECK_RESPONSE, message).HasField("error")


def _long(number: int, value: bytes) -> bytes:
    size, length = len(value), b""
    while size >= 128:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + value


def test_lists_of_several_servers_are_filtered_by_whose_tools_they_are(service: LoggedService) -> None:
    pinned = {**PINNED, "name": "files_pinned"}
    tools = [
        {"name": "mail_drop"},
        pinned,
        {"name": "files_x_read"},
        {"name": "other_read"},
        {"name": "mail_pinned"},
    ]
    tools += [{"name": 1}, {"name": "mail_read_a"}]
    listed = _json({"tools": tools, "cacheScope": "public", "nextCursor": "2"})
    answer = _sent(service, CHECK_RESPONSE, _message("tools/list", listed, "files", "mail", "files_x"))
    assert _names(answer) == ["files_pinned", "files_x_read", "mail_read_a"]
    others = {key: value for key, value in msgspec.json.decode(answer.mutated).items() if key != "tools"}
    assert others == {"cacheScope": "private", "nextCursor": "2"}
    assert _about(service, "tools/call", _json({"name": "pinned"})).HasField("error")


def test_what_an_allowed_call_draws_is_spent(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, limited("calls", 1)]), encoding="utf-8")
    service = service_over(tmp_path)
    call = _json({"name": "x"})
    assert _about(service, "tools/call", call).HasField("passed")
    denied = _about(service, "tools/call", call).error
    assert denied.code == AuthorizationError.RESOURCE_EXHAUSTED


def test_what_fails_is_a_denial(service: LoggedService, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise OSError("the disk is gone")

    monkeypatch.setattr("interlock_webhooks.point.DecisionPoint.spent", broken)
    error = _about(service, "tools/call", _json({"name": "read_a"})).error
    assert error.code == AuthorizationError.UNKNOWN
    assert "the disk" not in error.reason
