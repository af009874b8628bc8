"""An MCP server behind the middleware gets what was decided, and its clients what they may see."""

import asyncio
import tracemalloc
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.types import Message, Receive, Scope, Send

from interlock import Engine, Gate
from interlock.intents.tooldefinitions import definition_digest
from interlock.sdk.errors import UnavailableError
from interlock_webhooks.mcp import filtering, middleware
from interlock_webhooks.mcp.filtering import BrokenAnswerError
from interlock_webhooks.mcp.middleware import DECISION, InterlockMiddleware
from support.asgi import JSON, Answer, send
from support.mcp import PINNED, request, stateless, tool_call, tool_list, written
from support.mcpapp import Server, asked_through, who

_STREAM = ((b"Content-Type", b"text/event-stream; charset=utf-8"), (b"content-length", b"3"))


_LIST = request("tools/list")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine.load(written(tmp_path, definition_digest(PINNED)))


def _names(data: bytes) -> list[str]:
    return [tool["name"] for tool in msgspec.json.decode(data)["result"]["tools"]]


def test_an_allowed_call_reaches_the_server_as_it_was_decided(engine: Engine) -> None:
    server = Server()
    body = b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"read_a"}}'
    headers = [*JSON, (b"content-length", b"999"), (b"mcp-session-id", b"s")]
    answer = asked_through(engine, server, [body[:20], body[20:]], headers=headers)
    assert (answer.status, answer.body) == (HTTPStatus.OK, server.parts[0])
    (got,) = server.bodies
    # Of the key that is there twice is left what was decided, with what policies changed.
    assert got.count(b"method") == 1
    assert msgspec.json.decode(got)["params"] == {"name": "read_a", "arguments": {"quiet": True}}
    (scope,) = server.scopes
    sent = dict(scope["headers"])
    assert (sent[b"content-length"], sent[b"mcp-session-id"]) == (b"%d" % len(got), b"s")
    assert scope[DECISION]["decision"] == "allow"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (tool_call("drop"), HTTPStatus.OK),
        (request("run/anything"), HTTPStatus.OK),
        ([b"[", b"]"], HTTPStatus.BAD_REQUEST),
        (b"", HTTPStatus.BAD_REQUEST),
        (b"{", HTTPStatus.BAD_REQUEST),
        (b"a" * (middleware.MAX_BODY + 1), HTTPStatus.BAD_REQUEST),
    ],
)
def test_what_does_not_go_on_never_reaches_the_server(engine: Engine, body: Any, status: HTTPStatus) -> None:
    server = Server()
    answer = asked_through(engine, server, body)
    assert answer.status == status
    assert server.scopes == []
    assert "error" in answer.json() or answer.json()["result"]["isError"]


def test_headers_are_held_against_the_body(engine: Engine) -> None:
    server = Server()
    answer = asked_through(engine, server, tool_call("read_a"), headers=[*JSON, (b"mcp-name", b"read_b")])
    assert (answer.status, answer.json()["error"]["code"]) == (HTTPStatus.BAD_REQUEST, -32020)
    compressed = [*JSON, (b"content-encoding", b"gzip")]
    assert (
        asked_through(engine, server, tool_call("read_a"), headers=compressed).status == HTTPStatus.BAD_REQUEST
    )
    assert server.scopes == []


def test_lists_are_filtered_in_json(engine: Engine) -> None:
    body = msgspec.json.encode(tool_list("read_a", "drop", "send", cacheScope="public"))
    answer = asked_through(engine, Server(body[:30], body[30:]), _LIST)
    assert _names(answer.body) == ["read_a", "send"]
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.json()["result"]["cacheScope"] == "private"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_lists_are_filtered_in_streams_whatever_pieces_they_come_in(
    engine: Engine, method: str, size: int, end: bytes
) -> None:
    listed = msgspec.json.encode(tool_list("read_a", "drop"))
    lines = [b"\xef\xbb\xbf: ping", b"", b"id: 1", b"data: ", b"", b"data: 5", b""]
    lines += [b'data: {"jsonrpc":"2.0","method":"notifications/progress"}', b""]
    lines += [
        b"event: message",
        b"id: 2",
        b"data: " + listed[:10],
        b"data:" + listed[10:],
        b"",
        b"data: {broken",
    ]
    stream = end.join([*lines, b"", b"data: last", b""])
    parts = [stream[start : start + size] for start in range(0, len(stream), size)]
    answer = asked_through(
        engine, Server(*parts, headers=_STREAM), _LIST if method == "POST" else b"", method=method
    )
    events = answer.body.split(b"\n\n")
    assert events[:4] == [
        b": ping",
        b"id: 1\ndata: ",
        b"data: 5",
        b'data: {"jsonrpc":"2.0","method":"notifications/progress"}',
    ]
    head, _, data = events[4].partition(b"\ndata: ")
    assert head == b"event: message\nid: 2"
    assert _names(data) == ["read_a"]
    # What can't be read, and what the stream breaks off, is not sent on.
    assert events[5:] == [b""]
    assert "content-length" not in answer.headers


def test_a_server_that_compresses_or_says_too_much_is_not_believed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (b"application/json", b"text/event-stream"):
        headers = ((b"content-type", kind), (b"content-encoding", b"gzip"))
        answer = asked_through(engine, Server(b"\x1f\x8b", headers=headers), _LIST)
        assert answer.json()["error"]["code"] == -32603
        assert "content-encoding" not in answer.headers
    monkeypatch.setattr(filtering, "MAX_ANSWER", 10)
    body = msgspec.json.encode(tool_list("read_a"))
    assert asked_through(engine, Server(body, body, body), _LIST).json()["error"]["code"] == -32603
    monkeypatch.setattr("interlock_webhooks.mcp.sse.MAX_EVENT", 10)
    with pytest.raises(BrokenAnswerError):
        asked_through(engine, Server(b"data: " + body, headers=_STREAM), _LIST)


def test_of_an_answer_that_is_too_large_no_more_is_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtering, "MAX_ANSWER", 10)
    server = Server(*[bytes(1024 * 1024)] * 32)
    tracemalloc.start()
    try:
        answer = asked_through(engine, server, _LIST)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.json()["error"]["code"] == -32603
    assert most < 16 * 1024 * 1024


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff"])
def test_an_answer_that_is_none_is_an_error_or_empty(engine: Engine, body: bytes) -> None:
    answer = asked_through(engine, Server(body), _LIST)
    assert answer.body == b"" if not body else answer.json()["error"]["code"] == -32603


def test_a_list_that_can_not_be_decided_is_an_error(engine: Engine) -> None:
    body = msgspec.json.encode(tool_list(*["read"] * 1001))
    assert asked_through(engine, Server(body), _LIST).json()["error"]["code"] == -32603


@pytest.mark.parametrize(("path", "method"), [("/token", "POST"), ("/mcp", "DELETE"), ("/mcp", "OPTIONS")])
def test_what_is_no_message_is_the_servers(engine: Engine, path: str, method: str) -> None:
    server = Server(b"grant", headers=((b"content-type", b"text/plain"),))
    answer = asked_through(engine, server, b"grant_type=x", path=path, method=method)
    assert answer.body == b"grant"
    assert len(server.scopes) == 1


@pytest.mark.parametrize("headers", [JSON, (*JSON, (b"content-encoding", b"gzip"))])
def test_what_a_server_shows_beside_its_messages_is_not_touched(engine: Engine, headers: Any) -> None:
    server = Server(b'["not", ', b'"a message"]', headers=headers)
    answer = asked_through(engine, server, b"", method="GET", path="/things")
    assert (answer.body, answer.sends) == (b'["not", "a message"]', 3)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "post"])
def test_a_message_is_decided_by_whatever_method_it_comes(engine: Engine, method: str) -> None:
    server = Server()
    answer = asked_through(engine, server, tool_call("drop"), method=method)
    assert answer.json()["result"]["isError"]
    assert server.scopes == []


def test_an_approved_call_reaches_the_server(engine: Engine) -> None:
    server = Server()
    message = stateless("tools/call", {"name": "send"}, elicitation={})
    headers = [*JSON, (b"mcp-protocol-version", b"2026-07-28"), (b"mcp-method", b"tools/call")]
    headers.append((b"mcp-name", b"send"))

    async def asked() -> tuple[Answer, Answer]:
        async with Gate(engine) as gate:
            app = InterlockMiddleware(server, gate, server="files", who=who)
            first = await send(app, "/mcp", msgspec.json.encode(message), headers=headers)
            result = first.json()["result"]
            accepted = {"action": "accept", "content": {"approve": True}}
            params = {
                **message["params"],
                "requestState": result["requestState"],
                "inputResponses": dict.fromkeys(result["inputRequests"], accepted),
            }
            again = msgspec.json.encode({**message, "id": 2, "params": params})
            return first, await send(app, "/mcp", again, headers=headers)

    first, second = asyncio.run(asked())
    assert first.json()["result"]["resultType"] == "input_required"
    assert second.body == server.parts[0]
    (got,) = map(msgspec.json.decode, server.bodies)
    assert got["id"] == 2
    assert got["params"].keys() == {"name", "arguments", "_meta"}  # policies changed the arguments


class Unreachable:
    """A point that never answers."""

    async def check(self, *_: Any, **__: Any) -> Any:
        raise UnavailableError("nobody is there")

    check_batch = settle = release = extend = check


def test_where_nobody_decides_nothing_goes_on() -> None:
    async def asked(body: Any, server: Server) -> Answer:
        app = InterlockMiddleware(server, Unreachable(), server="files")
        return await send(app, "/mcp", msgspec.json.encode(body), method="POST")

    server = Server(msgspec.json.encode(tool_list("read_a")))
    answer = asyncio.run(asked(tool_call("read_a"), server))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.json()["error"]["code"] == -32603
    assert server.scopes == []
    stream = Server(b"data: " + msgspec.json.encode(tool_list("read_a")) + b"\n\n", headers=_STREAM)

    async def listened() -> Answer:
        return await send(InterlockMiddleware(stream, Unreachable(), server="files"), "/mcp", method="GET")

    assert b"read_a" not in asyncio.run(listened()).body


def test_other_connections_are_closed_or_the_servers(engine: Engine) -> None:
    server, sent = Server(), []

    async def collect(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def connected() -> None:
        async with Gate(engine) as gate:
            app = InterlockMiddleware(server, gate, server="files")
            await app({"type": "websocket"}, receive, collect)
            await app({"type": "lifespan"}, receive, collect)
            await app({"type": "http", "method": "POST", "path": "/mcp", "headers": []}, receive, collect)

    asyncio.run(connected())
    assert sent[0] == {"type": "websocket.close", "code": 1008}
    assert [scope["type"] for scope in server.scopes] == ["lifespan"]
    assert sent[-2]["status"] == HTTPStatus.BAD_REQUEST


def test_a_server_that_says_what_it_gets_gets_what_comes_after(engine: Engine) -> None:
    got: list[Message] = []

    async def server(_scope: Scope, receive: Receive, _send: Send) -> None:
        got.append(await receive())
        got.append(await receive())

    waiting: list[Message] = [
        {"type": "http.request", "body": msgspec.json.encode(request("ping")), "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return waiting.pop(0)

    async def sent(_message: Message) -> None:
        raise AssertionError

    async def asked() -> None:
        scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": []}
        async with Gate(engine) as gate:
            await InterlockMiddleware(server, gate, server="files")(scope, receive, sent)

    asyncio.run(asked())
    assert [message["type"] for message in got] == ["http.request", "http.disconnect"]
