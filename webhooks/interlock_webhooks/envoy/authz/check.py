"""The check that a request comes to, by the table in docs/reference/envoy.md. Pure.

Where a request doesn't fit what it is taken for, it is refused: it never
becomes something else that fewer policies look at.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from interlock.checks.case import folded
from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.intents.mcp import DECIDED
from interlock.model.intent import UNKNOWN
from interlock_webhooks.envoy.authz import document
from interlock_webhooks.envoy.authz.caller import caller_of
from interlock_webhooks.envoy.authz.context import Context, Kind
from interlock_webhooks.envoy.authz.original import Original
from interlock_webhooks.envoy.authz.path import model_in, segments_of
from interlock_webhooks.text import quoted

_CHAT: Final = ("chat", "completions")
_EMBEDDINGS: Final = ("embeddings",)
_MESSAGES: Final = "messages"
_JSONRPC: Final = "jsonrpc"
_CALLING: Final = frozenset({"method", "params"})


def check_of(original: Original, context: Context) -> CheckRequest:
    """What is to be decided of `original`.

    Raises:
        RequestError: it isn't what it is taken for, or too little of it is here to tell.
    """
    if original.is_cut and context.kind is not Kind.ROUTE:
        raise RequestError(
            "the proxy has cut the body, and what nobody sees nobody can decide: "
            "send less, or have the proxy buffer more (`max_request_bytes`)"
        )
    segments = segments_of(original.path)
    kind = context.kind or _kind(original, segments)
    check: dict[str, Any] = {}
    if context.hold_for is not None:
        check["holdFor"] = context.hold_for
    if context.discharges:
        check["discharges"] = [*context.discharges]
    subject = _subject(kind, original, segments, caller_of(original, context))
    return cast("CheckRequest", {**subject, **check})


def _kind(original: Original, segments: tuple[str, ...]) -> Kind:
    """What `original` itself shows that it is."""
    if original.is_bodiless:
        raise RequestError(
            f"a {quoted(original.method)} without a body that anybody sees: have the proxy send bodies "
            "(`with_request_body`), or set `interlock.kind` where they don't matter"
        )
    lowered = tuple(map(str.casefold, segments))
    if original.body and lowered[-2:] == _CHAT:
        return Kind.CHAT
    if original.body and lowered[-1:] == _EMBEDDINGS:
        return Kind.EMBEDDINGS
    return _by_content(document.glimpsed(original.body, original.headers))


def _by_content(content: object) -> Kind:
    """What a body of `content` is, also for those who read keys in any case."""
    parts = content if isinstance(content, list) else [content]
    if any(isinstance(part, dict) and _is_message(part) for part in parts):
        return Kind.MCP
    is_chat = isinstance(content, dict) and _MESSAGES in map(folded, content)
    return Kind.CHAT if is_chat else Kind.ROUTE


def _is_message(part: dict[str, Any]) -> bool:
    """Whether `part` may be taken for a message of JSON-RPC, also by who doesn't look at the version."""
    keys = {folded(key) for key in part}
    return _JSONRPC in keys or keys >= _CALLING


def _subject(kind: Kind, original: Original, segments: tuple[str, ...], caller: Caller) -> dict[str, Any]:
    if kind is Kind.ROUTE:
        return _route(original, segments, caller)
    if not original.body:
        raise RequestError(
            f"it is taken for `{kind}`, and the proxy has sent no body: set `with_request_body` there"
        )
    body = document.read(original.body, original.headers)
    if kind is Kind.MCP:
        return _message(body, caller)
    return {kind.value: _of_model(body, model_in(segments)), "caller": caller}


def _route(original: Original, segments: tuple[str, ...], caller: Caller) -> dict[str, Any]:
    """That somebody asks for a route of the upstream."""
    resource = {"type": "route", "id": "/" + "/".join(segments), "properties": {"host": original.host}}
    return _access(original.method, resource, caller)


def _of_model(body: dict[str, Any], named: str) -> dict[str, Any]:
    """The call in `body`, of the model that the path names if it does."""
    if not named:
        return body
    if body.get("model", named) != named:
        raise RequestError(f"`model`: the path names {quoted(named)}: send that, or leave it out")
    return {**body, "model": named}


def _message(body: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """That somebody sends a message to an MCP server, to which it is an access where it is no Intent itself."""
    method = body.get("method")
    if not isinstance(method, str) or not method:
        raise RequestError("`method`: an MCP message that is no request or notification is not decided")
    if method in DECIDED:
        return {Kind.MCP.value: body, "caller": caller}
    return _access(method, {"type": "mcp", "id": caller.get("server", UNKNOWN)}, caller)


def _access(operation: str, resource: dict[str, Any], caller: Caller) -> dict[str, Any]:
    principal = caller.get("principal", {})
    claims = {**principal.get("claims", {}), "groups": principal.get("groups", [])}
    # An access says itself who asks, and to which server.
    beside = {part: said for part, said in caller.items() if part not in {"principal", "server", "tool"}}
    return {
        "access": {
            "subject": {
                "type": principal.get("type", UNKNOWN),
                "id": principal.get("id", UNKNOWN),
                "properties": claims,
            },
            "action": {"name": operation},
            "resource": resource,
        },
        "caller": beside,
    }
