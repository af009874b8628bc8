"""A client that speaks ASGI: exactly the messages that it is told to send, and what came back.

Knows nothing of Interlock.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Scope

JSON = ((b"content-type", b"application/json"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One whole HTTP answer; `sends` is how many messages it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    sends: int

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


def ask(  # noqa: PLR0913 - the parts of a request
    app: ASGIApp,
    path: str,
    body: bytes | Iterable[bytes] = b"",
    *,
    method: str = "POST",
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = JSON,
) -> Answer:
    """What `app` answers to one request; `body` comes in one message, or in one for each part."""
    return asyncio.run(send(app, path, body, method=method, query=query, headers=headers))


async def send(  # noqa: PLR0913 - the parts of a request
    app: ASGIApp,
    path: str,
    body: bytes | Iterable[bytes] = b"",
    *,
    method: str = "POST",
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = JSON,
) -> Answer:
    """As `ask`, inside a running event loop."""
    parts = [body] if isinstance(body, bytes) else list(body)
    waiting: list[Message] = [
        {"type": "http.request", "body": part, "more_body": index < len(parts) - 1}
        for index, part in enumerate(parts)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        # A client that sends nothing more and does not go away either.
        await asyncio.Event().wait()
        raise AssertionError

    async def collect(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }
    await app(scope, receive, collect)
    start, *rest = sent
    return Answer(
        status=start["status"],
        headers={name.decode(): value.decode() for name, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in rest),
        sends=len(sent),
    )
