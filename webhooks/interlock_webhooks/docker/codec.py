"""Calls that Docker's MCP gateway shows its interceptors to checks, and decisions to its answers. Pure.

Source: docs/troubleshooting and pkg/interceptors/interceptors.go of docker/mcp-gateway.
It looks at no status: an empty body lets the call go on, and any other is the result of the call.
"""

from collections.abc import Mapping
from typing import Any, Final, TypedDict

import msgspec

from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock_webhooks import wire
from interlock_webhooks.denial import said
from interlock_webhooks.keys import check_once


class ToolCall(TypedDict):
    """The tool call that is to be made."""

    method: str
    params: dict[str, Any]


class ToolResult(TypedDict):
    """What a call gives that is not made."""

    content: list[dict[str, str]]
    isError: bool


_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def decode(body: bytes) -> dict[str, Any]:
    """The JSON-RPC message in `body`.

    Raises:
        RequestError: there is none, or some servers would read others of the arguments, which are passed on
            as they came.
    """
    message = wire.decode(body, _OBJECT)
    check_once(body)
    return message


def check_of(message: dict[str, Any], caller: Caller) -> CheckRequest:
    """The check of the tool call `message`."""
    return {"mcp": message, "caller": caller}


def encode(recorded: Mapping[str, Any]) -> bytes:
    """The body that answers: nothing where the call goes on."""
    return b"" if recorded["decision"] == "allow" else encode_refused(said(recorded))


def encode_refused(message: str) -> bytes:
    """The result of a call that is not made, which the model gets to read."""
    result: ToolResult = {"content": [{"type": "text", "text": message}], "isError": True}
    return wire.encode(result)
