"""Invokes hooks of tool calls as a gateway does, and prints what came of them; run where CPEX is.

Its arguments are a configuration of plugins, and a file with a list of calls: each has a `name`, `args`
and a `context`, and says whether it `ends`.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from cpex.framework import GlobalContext, PluginManager, ToolPostInvokePayload, ToolPreInvokePayload


async def _made(manager: Any, number: int, call: dict[str, Any]) -> dict[str, Any]:
    context = GlobalContext(request_id=str(number), **call.get("context", {}))
    payload = ToolPreInvokePayload(name=call["name"], args=call.get("args"))
    result, contexts = await manager.invoke_hook("tool_pre_invoke", payload, context)
    said: dict[str, Any] = {"continues": result.continue_processing}
    if result.violation is not None:
        said["violation"] = result.violation.model_dump()
    if result.modified_payload is not None:
        said["args"] = result.modified_payload.args
    if call.get("ends") and result.continue_processing:
        after = ToolPostInvokePayload(name=call["name"], result={"content": []})
        await manager.invoke_hook("tool_post_invoke", after, context, local_contexts=contexts)
    return said


async def _main(config: str, calls: list[dict[str, Any]]) -> None:
    manager = PluginManager(config)
    await manager.initialize()
    made = [await _made(manager, number, call) for number, call in enumerate(calls)]
    await manager.shutdown()
    print(f"\n{json.dumps(made)}")  # noqa: T201  # it is what is asked for


asyncio.run(_main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text())))
