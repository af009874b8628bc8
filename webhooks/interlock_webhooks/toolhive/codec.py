"""ToolHive's webhooks to checks, and records of decisions to their answers. Pure.

Source: pkg/webhook/types.go of stacklok/toolhive, version v0.1.0.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from interlock.checks.case import check_case, folded
from interlock.decisionlog.exhaustion import is_exhausted
from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.model.patch import Patch
from interlock_webhooks import wire
from interlock_webhooks.denial import said
from interlock_webhooks.jsonpatch import json_patch
from interlock_webhooks.keys import check_once
from interlock_webhooks.text import quoted
from interlock_webhooks.toolhive.messages import check_of

VERSION: Final = "v0.1.0"

_MOST_UID: Final = 128
_MEMBERS: Final = frozenset({"method", "params"})
_PARAMETERS: Final = frozenset({"arguments", "name", "uri"})


class ToolhivePrincipal(Struct):
    """Whom ToolHive has authenticated."""

    sub: str = ""
    name: str = ""
    email: str = ""
    groups: list[str] | None = None
    claims: dict[str, Any] | None = None


class ToolhiveOrigin(Struct):
    """Where the message goes to."""

    server_name: str = ""
    backend_server: str = ""


class WebhookRequest(Struct):
    """An MCP message that ToolHive is about to pass on."""

    version: str
    uid: str
    mcp_request: dict[str, Any]
    principal: ToolhivePrincipal | None = None
    context: ToolhiveOrigin | None = None


class WebhookAnswer(Struct, omit_defaults=True):
    """What is to become of the message."""

    version: str
    uid: str
    allowed: bool
    code: int | UnsetType = UNSET
    message: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    details: dict[str, str] | UnsetType = UNSET
    patch_type: str | UnsetType = UNSET
    patch: list[dict[str, Any]] | UnsetType = UNSET


class _Original(Struct):
    """The message as its client sent it: that is what ToolHive passes on."""

    mcp_request: msgspec.Raw


_REQUEST: Final = msgspec.json.Decoder(WebhookRequest)
_ORIGINAL: Final = msgspec.json.Decoder(_Original)


def decode(body: bytes) -> WebhookRequest:
    """The request in `body`.

    Raises:
        RequestError: it can't be understood, or some servers would read another message in it.
    """
    request = wire.decode(body, _REQUEST)
    if request.version != VERSION:
        message = f"`version`: is {quoted(request.version)}: send `{VERSION}`"
        raise RequestError(message, path="$.version")
    if not 1 <= len(request.uid) <= _MOST_UID:
        raise RequestError(f"`uid`: send a text of 1 to {_MOST_UID} characters", path="$.uid")
    _check_keys(body, request.mcp_request)
    return request


def _check_keys(body: bytes, message: Mapping[str, Any]) -> None:
    """Nothing, where servers read in the `message` of `body` what is decided. Raises RequestError."""
    check_once(bytes(wire.decode(body, _ORIGINAL).mcp_request))
    check_case(key for key in message if folded(key) in _MEMBERS)
    params = message.get("params")
    if isinstance(params, dict):
        check_case(key for key in params if folded(key) in _PARAMETERS)


def known_of(request: WebhookRequest) -> Caller:
    """The caller as ToolHive knows it."""
    caller: Caller = {}
    origin, principal = request.context, request.principal
    if origin is not None and (server := origin.backend_server or origin.server_name):
        caller["server"] = server
    if principal is not None and principal.sub:
        named = {"name": principal.name, "email": principal.email}
        caller["principal"] = {
            "id": principal.sub,
            "type": "user",
            "groups": principal.groups or [],
            "claims": {**{key: text for key, text in named.items() if text}, **(principal.claims or {})},
        }
    return caller


def validation_of(request: WebhookRequest, caller: Caller) -> CheckRequest | None:
    """The check that counts, which is the same however often it is sent; None where nothing is asked for."""
    check = check_of(request.mcp_request, caller)
    return None if check is None else {**check, "idempotencyKey": f"toolhive/{request.uid}"}


def mutation_of(request: WebhookRequest, caller: Caller) -> CheckRequest | None:
    """The check of what policies make of the message, which holds nothing; None where nothing is asked for."""
    check = check_of(request.mcp_request, caller)
    if check is None:
        return None
    dry: CheckRequest = {**check, "dryRun": True}
    return {**dry, "appliesPatches": True} if "mcp" in check else dry


def encode(request: WebhookRequest, recorded: Mapping[str, Any] | None) -> bytes:
    """The body that answers `request`, with what policies changed in it; without a record it is allowed."""
    if recorded is None:
        return wire.encode(WebhookAnswer(VERSION, request.uid, allowed=True))
    if recorded["decision"] != "allow":
        return wire.encode(_denied(request, recorded))
    answer = WebhookAnswer(VERSION, request.uid, allowed=True, details=_details(recorded))
    if recorded["patches"]:
        patches = [
            Patch(path=tuple(each["path"]), value=each["value"], policies=()) for each in recorded["patches"]
        ]
        answer.patch_type = "json_patch"
        answer.patch = json_patch(request.mcp_request["params"], patches, ("mcp_request", "params"))
    return wire.encode(answer)


def encode_refused(status: HTTPStatus, message: str) -> bytes:
    """The body that goes with a 422, of what can't be understood: it has no `uid` to echo."""
    return wire.encode(
        WebhookAnswer(VERSION, "", allowed=False, code=status.value, message=message, reason="undecided")
    )


def _denied(request: WebhookRequest, recorded: Mapping[str, Any]) -> WebhookAnswer:
    exhausted = is_exhausted(recorded)
    return WebhookAnswer(
        VERSION,
        request.uid,
        allowed=False,
        code=(HTTPStatus.TOO_MANY_REQUESTS if exhausted else HTTPStatus.FORBIDDEN).value,
        message=said(recorded),
        reason="budget_exhausted" if exhausted else "policy_denied",
        details=_details(recorded),
    )


def _details(recorded: Mapping[str, Any]) -> dict[str, str]:
    hold = {"hold": recorded["hold"]["id"]} if "hold" in recorded else {}
    return {"policySet": recorded["policySet"], **hold}
