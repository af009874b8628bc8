"""What a proxy asks, over gRPC and over HTTP, and what it is told."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from google.protobuf.struct_pb2 import Struct

from interlock_webhooks.app import check_app
from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.envoy.authz.context import HEADER
from interlock_webhooks.envoy.authz.handlers import GRPC, AuthorizationHandlers
from interlock_webhooks.envoy.authz.web import PREFIX
from interlock_webhooks.envoy.messages.auth_pb2 import (
    AttributeContext,
    CheckRequest,
    CheckResponse,
    HttpRequest,
    Peer,
)
from interlock_webhooks.envoy.messages.auth_pb2 import Request as AttributesRequest
from interlock_webhooks.envoy.messages.core_pb2 import HeaderMap, HeaderValue, Metadata
from interlock_webhooks.exchange import Handler, Request
from interlock_webhooks.service import Service
from interlock_webhooks.structs import plain
from support.asgi import ask
from support.service import LoggedService

_MINUTE: Final = 60_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request of a client, as its proxy shows it."""

    method: str = "POST"
    path: str = "/v1/chat/completions"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the proxy is told: whether to let it pass, and with which headers."""

    passes: bool
    status: int
    headers: Mapping[str, str]
    removed: frozenset[str]
    body: bytes
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


Ask = Callable[..., Told]
"""Has a proxy ask a service about what a client sent, with the extensions of its configuration."""

Over = Callable[..., LoggedService]
"""Makes a service over documents, beside which nothing is forbidden."""


def chat(most: int | None = 100, **more: Any) -> bytes:
    """The body of a chat that reads 4 tokens and writes `most`."""
    body: dict[str, Any] = {"model": "priced", "messages": [{"role": "user", "content": ""}], **more}
    return msgspec.json.encode(body if most is None else {**body, "max_tokens": most})


def asked(handler: Handler, message: bytes, path: str) -> bytes:
    """What `handler` answers to one message of gRPC."""
    request = Request(
        body=message,
        until=time.monotonic_ns() + _MINUTE,
        client=LOCAL,
        method="POST",
        path=path,
        query=b"",
        headers=(),
    )
    return asyncio.run(handler(request)).payload  # type: ignore[arg-type]  # a handler is a coroutine function


def message_of(
    sent: Sent,
    extensions: Mapping[str, str] | None = None,
    *,
    metadata: Mapping[str, Any] | None = None,
    peer: str = "",
    as_map: bool = False,
) -> bytes:
    """The `CheckRequest` about `sent`."""
    http = HttpRequest(
        method=sent.method,
        path=sent.path,
        host="api.example",
        raw_body=sent.body,
    )
    if as_map:
        values = [HeaderValue(key=key, raw_value=value.encode()) for key, value in sent.headers.items()]
        http.header_map.CopyFrom(HeaderMap(headers=values))
    else:
        http.headers.update(sent.headers)
    context = Metadata()
    for name, data in (metadata or {}).items():
        context.filter_metadata[name].CopyFrom(_struct(data))
    attributes = AttributeContext(
        source=Peer(principal=peer),
        request=AttributesRequest(http=http),
        context_extensions=extensions or {},
        metadata_context=context,
    )
    return CheckRequest(attributes=attributes).SerializeToString()


def over_grpc(service: Service, message: bytes) -> Told:
    """What the proxy is told that asks `message`."""
    response = CheckResponse.FromString(asked(AuthorizationHandlers(service).check, message, GRPC))
    passes = response.status.code == 0
    said = response.ok_response if passes else response.denied_response
    return Told(
        passes=passes,
        status=200 if passes else response.denied_response.status.code,
        headers={each.header.key: each.header.value for each in said.headers},
        removed=frozenset(response.ok_response.headers_to_remove),
        body=response.denied_response.body.encode(),
        metadata=plain(response.dynamic_metadata),
    )


def over_http(service: Service, sent: Sent, extensions: Mapping[str, str] | None = None) -> Told:
    """What the proxy is told that sends `sent` on."""
    path, _, query = sent.path.partition("?")
    context = (HEADER.encode(), msgspec.json.encode(extensions or {}))
    answer = ask(
        check_app(service),
        PREFIX + path,
        sent.body,
        method=sent.method,
        query=query.encode(),
        headers=[*((key.encode(), value.encode()) for key, value in sent.headers.items()), context],
    )
    removed = answer.headers.get("x-envoy-auth-headers-to-remove", "")
    return Told(
        passes=answer.status == 200,
        status=answer.status,
        headers={
            name: value for name, value in answer.headers.items() if "interlock" in name or "retry" in name
        },
        removed=frozenset(filter(None, removed.split(","))),
        body=answer.body,
    )


def _struct(data: Mapping[str, Any]) -> Struct:
    struct = Struct()
    struct.update(data)
    return struct
