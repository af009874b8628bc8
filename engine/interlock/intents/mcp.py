"""Calls of the Model Context Protocol: `tools/call` and `tools/list`.

Knows the JSON-RPC message. Which server it goes to is the caller's to say;
a list of tools names none, so its Intent has none.
"""

from typing import Any

from interlock.errors import RequestError
from interlock.intents.caller import (
    Caller,
    add_caller,
    check_call,
    checked_caller,
    principal_of,
    schema_digest_of,
    server_of,
)
from interlock.intents.classes import called, tool_of
from interlock.intents.context import ExtractionContext
from interlock.intents.draft import blank_intent, checked
from interlock.intents.fields import as_mapping, mapping, required_text
from interlock.model.intent import Action, Intent


def lacks_arguments(message: object) -> bool:
    """Whether `message` calls a tool and says nothing of arguments."""
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return False
    params = message.get("params")
    return isinstance(params, dict) and "arguments" not in params


def from_mcp(
    message: dict[str, Any], caller: Caller, context: ExtractionContext, *, is_bounded: bool = False
) -> Intent:
    """What the JSON-RPC `message` wants to do; its `params` are the Intent's object. Raises RequestError."""
    if not is_bounded:
        check_call(message, caller)
    given = as_mapping(message, "")
    stated = checked_caller(caller)
    method = required_text(given, "method", "")
    params = mapping(given, "params", "")
    match method:
        case "tools/call":
            intent = blank_intent(Action.TOOL_CALL, "ToolCall", principal_of(stated), params)
            tool = tool_of(
                server_of(stated), required_text(params, "name", "params"), "params.name", context.catalog
            )
            arguments = mapping(params, "arguments", "params")
            intent["tools"] = [called(tool, arguments, schema_digest_of(stated), context.catalog)]
        case "tools/list":
            intent = blank_intent(Action.TOOL_LIST, "ToolList", principal_of(stated), params)
        case _:
            raise RequestError("`method`: must be `tools/call` or `tools/list`", path="$.method")
    add_caller(intent, stated)
    return checked(intent)
