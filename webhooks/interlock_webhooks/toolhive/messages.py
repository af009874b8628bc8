"""What an MCP message asks for, as ToolHive passes on all of them. Pure.

Tools are decided as tools. What else a client reads or changes at a server is
decided as an access, by the name of the method. What only opens a connection
or keeps it asks for nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.model.intent import UNKNOWN

_TOOLS: Final = frozenset({"tools/call", "tools/list"})
_ASKS_NOTHING: Final = frozenset({"initialize", "ping", "server/discover"})
_NOTIFICATION: Final = "notifications/"
_NAMED: Final = {
    "prompts/get": ("prompt", "name"),
    "resources/read": ("resource", "uri"),
    "resources/subscribe": ("resource", "uri"),
    "resources/unsubscribe": ("resource", "uri"),
}
"""Methods that name what they are about: its type, and the parameter with its name."""


def check_of(message: Mapping[str, Any], caller: Caller) -> CheckRequest | None:
    """The check of `message`, or None where it asks for nothing.

    Raises:
        RequestError: it has no method, or names not what it is about.
    """
    method = message.get("method")
    if not isinstance(method, str) or not method:
        raise RequestError("`mcp_request.method`: must be a string", path="$.mcp_request.method")
    if method in _ASKS_NOTHING or method.startswith(_NOTIFICATION):
        return None
    if method in _TOOLS:
        return {"mcp": dict(message), "caller": caller}
    kind, parameter = _NAMED.get(method, ("server", ""))
    name = _parameter(message, parameter) if parameter else caller.get("server", UNKNOWN)
    return access_of(method, kind, name, caller)


def access_of(method: str, kind: str, name: str, caller: Caller) -> CheckRequest:
    """The check of an access to what is called `name`, at the server that the caller's goes to."""
    principal = caller.get("principal", {})
    others: Any = {key: value for key, value in caller.items() if key not in {"principal", "server", "tool"}}
    return {
        "access": {
            "subject": {
                "type": principal.get("type", UNKNOWN),
                "id": principal.get("id", UNKNOWN),
                "properties": {**principal.get("claims", {}), "groups": principal.get("groups", [])},
            },
            "action": {"name": method},
            "resource": {
                "type": kind,
                "id": name,
                "properties": {"server": caller.get("server", UNKNOWN)},
            },
        },
        "caller": others,
    }


def _parameter(message: Mapping[str, Any], name: str) -> str:
    params = message.get("params")
    value = params.get(name) if isinstance(params, dict) else None
    if not isinstance(value, str) or not value:
        path = f"mcp_request.params.{name}"
        raise RequestError(f"`{path}`: must be a string that is not empty", path=f"$.{path}")
    return value
