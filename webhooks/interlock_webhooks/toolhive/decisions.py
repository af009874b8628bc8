"""Questions of ToolHive's HTTP authorizer to checks, and decisions to its answers. Pure.

Source: pkg/authz/authorizers/http/porc.go of stacklok/toolhive. It asks the same
about a tool that is called and about each of those that it lists, so that
nothing is ever held by an answer: a list would use up a budget of calls.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.intents.fields import texts
from interlock_webhooks import wire
from interlock_webhooks.text import quoted
from interlock_webhooks.toolhive.messages import access_of

_OPERATION: Final = "mcp:"
_RESOURCE: Final = "mrn:mcp:"
_SUBJECT: Final = "sub"
_GROUPS: Final = "mgroups"


class Porc(Struct):
    """Principal, operation, resource and context, of which ToolHive is told what to send."""

    operation: str
    resource: str
    principal: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)


class Allowance(Struct):
    """Whether it may."""

    allow: bool


_PORC: Final = msgspec.json.Decoder(Porc)


def decode(body: bytes) -> Porc:
    """The question in `body`. Raises RequestError."""
    return wire.decode(body, _PORC)


def known_of(porc: Porc) -> Caller:
    """The caller as ToolHive knows it: the claims of its token by the names that they get there.

    Raises:
        RequestError: its groups can't be read: policies may deny what one of them may.
    """
    feature = _feature_of(porc)
    caller: Caller = {"server": porc.resource.removeprefix(_RESOURCE).partition(f":{feature}:")[0]}
    subject = porc.principal.get(_SUBJECT)
    if isinstance(subject, str) and subject:
        caller["principal"] = {
            "id": subject,
            "type": "user",
            "groups": texts(porc.principal, _GROUPS, "principal"),
            "claims": {key: value for key, value in porc.principal.items() if key != _SUBJECT},
        }
    return caller


def check_of(porc: Porc, caller: Caller) -> CheckRequest:
    """The check of what is asked, of which nothing is held.

    Raises:
        RequestError: the operation or the resource is not what ToolHive sends.
    """
    feature, verb = _feature_of(porc), porc.operation.rpartition(":")[2]
    name = porc.resource.removeprefix(_RESOURCE).partition(f":{feature}:")[2]
    method = f"{feature}s/{verb}"
    if method == "tools/list":
        check: CheckRequest = {"mcp": {"method": method}, "caller": caller}
    elif method == "tools/call":
        about = porc.context.get("mcp")
        arguments = about.get("args") if isinstance(about, dict) else None
        params = {"name": name, "arguments": {} if arguments is None else arguments}
        check = {"mcp": {"method": method, "params": params}, "caller": caller}
    else:
        check = access_of(method, feature, name or caller.get("server", ""), caller)
    check["dryRun"] = True
    return check


def encode(recorded: Mapping[str, Any]) -> bytes:
    """The body that answers."""
    return wire.encode(Allowance(recorded["decision"] == "allow"))


def _feature_of(porc: Porc) -> str:
    """The part of MCP that the question is about, such as `tool`."""
    feature, between, verb = porc.operation.removeprefix(_OPERATION).partition(":")
    if not porc.operation.startswith(_OPERATION) or not (feature and between and verb) or ":" in verb:
        message = f"`operation`: is {quoted(porc.operation)}: send `mcp:tool:call`, or such as that"
        raise RequestError(message, path="$.operation")
    if not porc.resource.startswith(_RESOURCE) or f":{feature}:" not in porc.resource:
        message = f"`resource`: is {quoted(porc.resource)}: send `{_RESOURCE}SERVER:{feature}:NAME`"
        raise RequestError(message, path="$.resource")
    return feature
