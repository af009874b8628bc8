"""What a request is decided as: the table of docs/reference/envoy.md."""

from typing import Any

import msgspec
import pytest

from interlock.errors import RequestError
from interlock_webhooks.envoy.authz.check import check_of
from interlock_webhooks.envoy.authz.context import Context, Kind
from interlock_webhooks.envoy.authz.original import Original
from interlock_webhooks.envoy.authz.path import model_in, segments_of
from support.envoy import chat

_CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read"}}
_PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def _original(method: str = "POST", path: str = "/", body: bytes = b"", **headers: str) -> Original:
    return Original(method=method, path=path, host="api.example", headers=headers, body=body, is_partial=False)


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


@pytest.mark.parametrize(
    ("method", "path", "body", "key"),
    [
        ("POST", "/v1/chat/completions", chat(), "chat"),
        ("POST", "/openai/v1/chat/completions?a=b", chat(), "chat"),
        ("POST", "/v1//Chat/%63ompletions/", chat(), "chat"),
        ("POST", "/v1/embeddings", _json({"model": "m", "input": "a"}), "embeddings"),
        ("POST", "/v1/messages", chat(), "chat"),
        ("PUT", "/anything", b" \n" + chat(), "chat"),
        ("POST", "/mcp", _json(_CALL), "mcp"),
        ("POST", "/v1/messages", _json({**_CALL, "messages": []}), "mcp"),
        ("POST", "/mcp", _json({**_CALL, "method": "tools/list"}), "mcp"),
        ("POST", "/mcp", _json({**_CALL, "method": "prompts/get"}), "mcp"),
        ("POST", "/mcp", _json(_PING), "access"),
        ("POST", "/mcp", b'{"method": "tools/list", "params": {}}', "mcp"),
        ("POST", "/files", b"some text", "access"),
        ("POST", "/files", b"PK\x03\x04\0\0", "access"),
        ("POST", "/files", b'{"method": "cash", "sum": 7, "sum": 8}', "access"),
        ("POST", "/files", b'["a", 1]', "access"),
        ("POST", "/files", b'{"a": "jsonrpc"}', "access"),
        ("GET", "/v1/chat/completions", b"", "access"),
        ("DELETE", "/files/7", b"", "access"),
    ],
)
def test_a_request_shows_what_it_is(method: str, path: str, body: bytes, key: str) -> None:
    check = check_of(_original(method, path, body), Context())
    assert key in check
    assert set(check) <= {key, "caller"}


@pytest.mark.parametrize("kind", Kind)
def test_the_configuration_can_say_what_it_is(kind: Kind) -> None:
    check = check_of(_original("POST", "/v1/chat/completions", _json(_CALL)), Context(kind=kind))
    assert ("access" if kind is Kind.ROUTE else kind.value) in check


@pytest.mark.parametrize("kind", [Kind.CHAT, Kind.EMBEDDINGS, Kind.MCP])
def test_what_is_said_to_have_a_body_and_has_none_is_refused(kind: Kind) -> None:
    with pytest.raises(RequestError, match="with_request_body"):
        check_of(_original("GET"), Context(kind=kind))


def test_a_route_that_is_said_to_be_one_needs_no_body() -> None:
    assert "access" in check_of(_original("POST", "/files"), Context(kind=Kind.ROUTE))


def test_a_route_is_an_access_by_its_caller_to_what_its_path_names() -> None:
    context = Context(
        stated={
            "principal.id": "ada",
            "principal.type": "user",
            "principal.groups": "staff, research",
            "agent.name": "planner",
            "server": "none",
        }
    )
    check = check_of(_original("GET", "/v1/./files//7?all=1#top"), context)
    assert check == {
        "access": {
            "subject": {"type": "user", "id": "ada", "properties": {"groups": ["staff", "research"]}},
            "action": {"name": "GET"},
            "resource": {"type": "route", "id": "/v1/files/7", "properties": {"host": "api.example"}},
        },
        "caller": {"agent": {"name": "planner"}},
    }


def test_another_message_of_mcp_is_an_access_to_the_server() -> None:
    check = check_of(_original(body=_json(_PING)), Context(stated={"server": "github"}))
    assert check["access"]["action"] == {"name": "ping"}
    assert check["access"]["resource"] == {"type": "mcp", "id": "github"}


def test_of_a_route_that_is_said_to_be_one_the_body_may_be_anything() -> None:
    sent = {"content-encoding": "gzip", "content-length": "99"}
    original = Original(method="POST", path="/", host="", headers=sent, body=b"x", is_partial=True)
    assert "access" in check_of(original, Context(kind=Kind.ROUTE))


def test_terms_are_those_of_the_configuration() -> None:
    check = check_of(
        _original("POST", "/v1/chat/completions", chat()),
        Context(hold_for="5m", discharges=("redact", "keep")),
    )
    assert check["holdFor"] == "5m"
    assert check["discharges"] == ["redact", "keep"]


@pytest.mark.parametrize(
    "path", ["/a/../b", "/a/%2e%2e/b", "/a%2fb", "/a%5Cb", "/a\\b", "/a/..;/b", "/a/..;b=c/d"]
)
def test_a_path_that_servers_may_take_for_another_is_refused(path: str) -> None:
    with pytest.raises(RequestError, match="path"):
        segments_of(path)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/openai/deployments/gpt-4o/chat/completions?api-version=1", "gpt-4o"),
        ("/OpenAI/Deployments/gpt-4o/Chat/Completions/", "gpt-4o"),
        ("/openai/deployments/azure/gpt-4o/embeddings", "azure/gpt-4o"),
        ("/engines/gpt-4o/chat/completions", "gpt-4o"),
        ("/engines/gpt-4o/completions", "gpt-4o"),
        ("/engines/a%20b/embeddings", "a b"),
        ("/engines/chat/completions/chat/completions", "chat/completions"),
        ("/engines/gpt-4o/anything", "gpt-4o/anything"),
        ("/engines/v1/chat/completions", ""),
        ("/engines/llama.cpp/v1/chat/completions", ""),
        ("/engines/chat/completions", ""),
        ("/v1/chat/completions", ""),
        ("/", ""),
    ],
)
def test_a_path_may_name_the_model(path: str, named: str) -> None:
    assert model_in(segments_of(path)) == named


@pytest.mark.parametrize("model", ["m", None])
def test_the_model_that_the_path_names_is_decided(model: str | None) -> None:
    body = {"messages": []} if model is None else {"model": model, "messages": []}
    check = check_of(_original(path="/engines/m/chat/completions", body=_json(body)), Context())
    assert check["chat"] == {"model": "m", "messages": []}


@pytest.mark.parametrize("model", ["other", "", None, ["m"]])
@pytest.mark.parametrize(
    "path", ["/engines/m/chat/completions", "/openai/deployments/m/embeddings", "/engines/m"]
)
def test_a_body_that_names_another_model_than_the_path_is_refused(path: str, model: object) -> None:
    with pytest.raises(RequestError, match="the path names `m`"):
        check_of(_original(path=path, body=_json({"model": model, "messages": [], "input": ""})), Context())
