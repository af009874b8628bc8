"""A client made with the Python SDK: lists, calls, is denied, and is asked for an approval.

Run as `client.py URL MODE ACTION` where `mcp` is installed; prints one JSON object.
"""

import asyncio
import json
import sys
from typing import Any

from mcp import Client
from mcp.types import CallToolResult, ElicitResult


def _said(result: CallToolResult) -> dict[str, Any]:
    return {"failed": bool(result.is_error), "text": result.content[0].text}


async def main(url: str, mode: str, action: str) -> None:
    asked: list[str] = []

    async def elicited(_context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action=action, content={"approve": True} if action == "accept" else None)

    async with Client(url, mode=mode, elicitation_callback=elicited) as client:
        tools = await client.list_tools()
        found = {
            "protocol": client.protocol_version,
            "tools": [tool.name for tool in tools.tools],
            "called": _said(await client.call_tool("test_simple_text", {})),
            "denied": _said(await client.call_tool("forbidden_tool", {})),
            "approved": _said(await client.call_tool("approved_tool", {"order": "A-1"})),
            "read": (await client.read_resource("test://static-text")).contents[0].text,
            "asked": asked,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
