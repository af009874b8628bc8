"""Requests of the Model Context Protocol, and what each of its methods would do.

Knows the JSON-RPC message. Which server it goes to is the caller's to say.
Calls of tools are `tool.call`, everything else that reads or starts something
on a server is a `resource.access`; a list names nothing, so its Intent has
nothing that a layer could want permitted.
"""

from typing import Any, Final

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
from interlock.intents.fields import as_mapping, mapping, required_text, texts
from interlock.intents.paths import element
from interlock.model.intent import Action, Intent, Resource

_TOOLS: Final = frozenset({"tools/call", "tools/list"})

_ACCESSES: Final = {
    "completion/complete": "prompt",
    "prompts/get": "prompt",
    "prompts/list": "prompt",
    "resources/list": "resource",
    "resources/read": "resource",
    "resources/subscribe": "resource",
    "resources/templates/list": "resource",
    "subscriptions/listen": "resource",
    "tasks/cancel": "task",
    "tasks/get": "task",
    "tasks/list": "task",
    "tasks/result": "task",
    "tasks/update": "task",
}
"""What sort of thing each method accesses, in revisions 2025-06-18, 2025-11-25 and 2026-07-28 and in tasks."""

_KEYS: Final = {"prompt": "name", "resource": "uri", "task": "taskId"}
"""What says in `params` which one."""

_REFERENCES: Final = {"ref/prompt": "prompt", "ref/resource": "resource"}

DECIDED: Final = _TOOLS | frozenset(_ACCESSES)
"""Methods of requests that become Intents."""

GONE: Final = frozenset({"resources/subscribe", "tasks/list", "tasks/result"})
"""Those of them that revision 2026-07-28 does not have any more."""

HARMLESS: Final = frozenset(
    {"initialize", "logging/setLevel", "ping", "resources/unsubscribe", "server/discover"}
)
"""Methods of requests that touch nothing of a server: no policy is asked about them."""


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
    if method == "tools/call":
        intent = _call(params, stated, context)
    elif method == "tools/list":
        intent = blank_intent(Action.TOOL_LIST, "ToolList", principal_of(stated), params)
    elif method in _ACCESSES:
        intent = _access(method, params, stated)
    else:
        raise RequestError(f"`method`: {_undecided(method)}", path="$.method")
    add_caller(intent, stated)
    return checked(intent)


def _call(params: dict[str, Any], stated: Caller, context: ExtractionContext) -> Intent:
    intent = blank_intent(Action.TOOL_CALL, "ToolCall", principal_of(stated), params)
    name = required_text(params, "name", "params")
    tool = tool_of(server_of(stated), name, "params.name", context.catalog)
    arguments = mapping(params, "arguments", "params")
    intent["tools"] = [called(tool, arguments, schema_digest_of(stated), context.catalog)]
    return intent


def _access(method: str, params: dict[str, Any], stated: Caller) -> Intent:
    """The access that `method` is, to what `params` names."""
    resources = _accessed(method, params, server_of(stated))
    kind = resources[0]["type"] if resources else _ACCESSES[method]
    intent = blank_intent(Action.RESOURCE_ACCESS, kind, principal_of(stated), params)
    intent["resources"] = resources
    intent["operation"] = {"name": method, "properties": {}}
    intent["provenance"]["operation.name"] = "method"
    return intent


def _accessed(method: str, params: dict[str, Any], server: str) -> list[Resource]:
    """What `params` of `method` names, which are things of `server`."""
    if method.endswith("/list"):
        return []
    if method == "subscriptions/listen":
        path = "params.notifications"
        watched = texts(mapping(params, "notifications", "params"), "resourceSubscriptions", path)
        places = (element(f"{path}.resourceSubscriptions", index) for index in range(len(watched)))
        return [_thing("resource", uri, server, place) for uri, place in zip(watched, places, strict=True)]
    if method == "completion/complete":
        reference = mapping(params, "ref", "params")
        type_ = _REFERENCES.get(required_text(reference, "type", "params.ref"))
        if type_ is None:
            known = ", ".join(f"`{each}`" for each in _REFERENCES)
            raise RequestError(f"`params.ref.type`: must be one of {known}", path="$.params.ref.type")
        return [_named(type_, reference, "params.ref", server)]
    return [_named(_ACCESSES[method], params, "params", server)]


def _named(type_: str, parent: dict[str, Any], path: str, server: str) -> Resource:
    key = _KEYS[type_]
    return _thing(type_, required_text(parent, key, path), server, f"{path}.{key}")


def _thing(type_: str, name: str, server: str, source: str) -> Resource:
    return {"type": type_, "id": name, "properties": {"server": server}, "source": source}


def _undecided(method: str) -> str:
    if method in HARMLESS:
        return f"`{method}` touches nothing, so there is nothing to decide: let it pass"
    return "must be a request of MCP that is decided: `tools/call`, `tools/list`, `resources/read` and others"
