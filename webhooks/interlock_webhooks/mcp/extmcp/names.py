"""Names of tools as agentgateway gives them where it puts several servers together: `server_tool`. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any


def parted(tools: Iterable[Any], servers: Sequence[str]) -> dict[str, list[tuple[dict[str, Any], Any]]]:
    """By the server that they are of, `tools` with their own names, each with what was listed.

    The longest of `servers` that a name begins with is the tool's; what begins
    with none of them is nobody's, and left out.
    """
    found: dict[str, list[tuple[dict[str, Any], Any]]] = {}
    for tool in tools:
        name = tool.get("name") if isinstance(tool, dict) else None
        if not isinstance(name, str):
            continue
        server = max((each for each in servers if name.startswith(f"{each}_")), key=len, default=None)
        if server is not None:
            own = {**tool, "name": name.removeprefix(f"{server}_")}
            found.setdefault(server, []).append((own, tool))
    return found
