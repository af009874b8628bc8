"""Tools and models as resources: whoever asks whether one may be called asks for the call.

So the policies on tools decide of a tool whatever the protocol is, and nobody
writes them twice. The names of operations are the field's: `tools/call` is the
method of MCP and what COAZ's default mapping asks with, `chat` and
`embeddings` are operations of OpenTelemetry's GenAI conventions. Any other
operation on a tool or a model, such as `delete`, is an access like all others.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from interlock.errors import RequestError
from interlock.intents.caller import Caller, server_of
from interlock.intents.chat import from_chat, from_embeddings
from interlock.intents.context import ExtractionContext
from interlock.intents.mcp import from_mcp
from interlock.model.intent import UNKNOWN, Intent, Operation

TOOL: Final = "tool"
MODEL: Final = "model"
TOOLS_CALL: Final = "tools/call"

_Making: TypeAlias = Callable[[str, Operation, Caller, ExtractionContext], Intent]
"""The Intent of a call by the id of what is called, the operation and the caller."""


def is_call(type_: str, operation: str) -> bool:
    """Whether the operation on a resource of this type is the call of a tool or a model."""
    return operation in CALLS.get(type_, ())


def call_of(id_: str, type_: str, operation: Operation, caller: Caller, context: ExtractionContext) -> Intent:
    """The Intent of the call, as the call's own protocol has it; the operation's properties are its parameters.

    Raises:
        RequestError: the properties are no parameters of such a call.
    """
    try:
        return CALLS[type_][operation["name"]](id_, operation, caller, context)
    except RequestError as error:
        if error.path.startswith("$.caller"):
            raise
        raise RequestError(f"`action.properties`: {error}", path="$.action.properties") from None


def tool_named(id_: str, caller: Caller) -> tuple[str, str]:
    """The server and the name of the tool with this id.

    The id is `server/name`, or the name where the caller says the server.
    """
    stated = server_of(caller)
    server, _, name = id_.partition("/")
    return (server, name) if stated == UNKNOWN and server and name else (stated, id_)


def _tool(id_: str, operation: Operation, caller: Caller, context: ExtractionContext) -> Intent:
    server, name = tool_named(id_, caller)
    arguments = {"arguments": operation["properties"]} if operation["properties"] else {}
    message = {"method": TOOLS_CALL, "params": {"name": name, **arguments}}
    return from_mcp(message, {**caller, "server": server}, context)


def _chat(id_: str, operation: Operation, caller: Caller, context: ExtractionContext) -> Intent:
    prompt: dict[str, Any] = {"messages": [{"role": "user", "content": ""}]}
    return from_chat({**prompt, **operation["properties"], "model": id_}, caller, context)


def _embeddings(id_: str, operation: Operation, caller: Caller, context: ExtractionContext) -> Intent:
    return from_embeddings({"input": "", **operation["properties"], "model": id_}, caller, context)


CALLS: Final[Mapping[str, Mapping[str, _Making]]] = {
    TOOL: {TOOLS_CALL: _tool},
    MODEL: {"chat": _chat, "embeddings": _embeddings},
}
"""The operations that are calls, by the type of resource."""
