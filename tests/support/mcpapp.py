"""A server of MCP behind the middleware, and what its clients get."""

import asyncio
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from interlock import Engine, Gate
from interlock_webhooks.mcp.middleware import InterlockMiddleware, Who
from support.asgi import JSON, Answer, send
from support.mcp import AGENT


class Server:
    """An MCP server that keeps what it gets, and answers with `parts`."""

    def __init__(self, *parts: bytes, headers: Any = JSON) -> None:
        self.parts = parts or (b'{"jsonrpc":"2.0","id":1,"result":{}}',)
        self.headers = headers
        self.scopes: list[Scope] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http" and scope["method"] == "POST":
            message = await receive()
            self.bodies.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": list(self.headers)})
        *parts, last = self.parts
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": last})


def who(_scope: Scope) -> Who:
    return Who(caller={"principal": AGENT["principal"]}, approver="jane")  # type: ignore[typeddict-item]  # raw JSON


def asked_through(engine: Engine, server: Server, body: Any, **sent: Any) -> Answer:
    """What a client gets that posts `body`; bytes are sent as they are."""

    async def asked() -> Answer:
        async with Gate(engine) as gate:
            app = InterlockMiddleware(server, gate, server="files", who=who, beside=["/token"])
            data = body if isinstance(body, bytes | list) else msgspec.json.encode(body)
            return await send(app, sent.pop("path", "/mcp"), data, **sent)

    return asyncio.run(asked())
