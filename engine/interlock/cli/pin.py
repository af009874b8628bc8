"""`interlock pin`: entries of the Catalog that pin the tools which a server lists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.tooldefinitions import definition_digest


def pin(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="What the server answers to `tools/list`: the JSON-RPC message, its result, or the list.",
            exists=True,
            dir_okay=False,
        ),
    ],
    server: Annotated[
        str, typer.Option(metavar="NAME", help="The server's identity, as whoever asks states it.")
    ],
) -> None:
    """Print an entry of the Catalog for each tool, with the digest of its definition."""
    typer.echo("".join(["tools:\n", *_entries(_listed(path), server)]), nl=False)


def _entries(tools: list[dict[str, Any]], server: str) -> Iterator[str]:
    for tool in tools:
        # JSON texts are YAML, whatever is in the name.
        name = msgspec.json.encode(f"{server}/{tool['name']}").decode()
        yield f"  - names: [{name}]\n    class: unknown\n    schemaDigest: {definition_digest(tool)}\n"


def _listed(path: Path) -> list[dict[str, Any]]:
    """The tools in the file at `path`. Raises RequestError."""
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError(f"`{path}`: it is not JSON: {error}") from None
    check_bounds(found)
    if isinstance(found, dict):
        found = found.get("result", found)
    if isinstance(found, dict):
        found = found.get("tools")
    if not isinstance(found, list) or not all(map(_is_tool, found)):
        raise RequestError(f"`{path}`: it holds no list of tools: save what a server answers to `tools/list`")
    return found


def _is_tool(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)
