"""Lists of tools: what is asked about each, and what is left of them. Pure.

A list that policies have been asked about is one caller's own: whatever the
server said of who may keep it, it becomes `private`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock_webhooks.mcp.codec import Message

MOST_TOOLS: Final = 1_000
"""Tools of one page: policies are asked about each."""


def listed_tools(response: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The tools that `response`, a JSON-RPC message of a server, lists; None where it is no list of tools.

    What has no name can't be called, and is none.

    Raises:
        RequestError: there are too many of them, or they are past the bounds of what can be decided.
    """
    result = response.get("result")
    tools = result.get("tools") if isinstance(result, dict) else None
    if not isinstance(tools, list):
        return None
    if len(tools) > MOST_TOOLS:
        raise RequestError(f"`result.tools`: there are more than {MOST_TOOLS} on one page")
    check_bounds(tools, "result.tools")
    return [
        tool for tool in tools if isinstance(tool, dict) and isinstance(tool.get("name"), str) and tool["name"]
    ]


def filtered(
    response: Mapping[str, Any], tools: Iterable[dict[str, Any]], message: Message | None
) -> dict[str, Any]:
    """`response` to `message` with just those `tools`, in the server's order, for nobody but who asked."""
    result = {**response["result"], "tools": list(tools)}
    if "cacheScope" in result or (message is not None and message.is_stateless):
        result["cacheScope"] = "private"
    return {**response, "result": result}
