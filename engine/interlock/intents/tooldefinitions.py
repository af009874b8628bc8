"""What a server says of a tool: its digest, its arguments in headers, and what calls of it access. Pure.

Knows the `Tool` of `tools/list` in the Model Context Protocol, revision 2026-07-28.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from interlock.digests import digest_of
from interlock.identity import Digest
from interlock.intents.coaz.mapping import DECLARED_BY
from interlock.intents.estimates import json_size

_DEFINING: Final = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
"""What agents read of a tool. Icons, `_meta` and execution hints are not among it."""

_DEEPEST: Final = 32

LARGEST_MAPPING: Final = 8 * 1024
"""Bytes of a mapping, which is remembered for each tool."""

_HEADER: Final = "x-mcp-header"


def definition_digest(tool: Mapping[str, Any]) -> Digest:
    """The digest of what `tool`, one item of a list of tools, says of itself.

    `sha256:` over the canonical JSON (RFC 8785) of those of `name`, `title`,
    `description`, `inputSchema`, `outputSchema` and `annotations` that it has.
    """
    return digest_of({key: tool[key] for key in _DEFINING if tool.get(key) is not None})


def mirrored_arguments(tool: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The arguments that clients mirror into headers: by the header's name in lower case, the argument's path.

    Only what is reached through `properties` alone is (Streamable HTTP,
    "Custom Headers from Tool Parameters").
    """
    schema = tool.get("inputSchema")
    return dict(_mirrored(schema, ())) if isinstance(schema, Mapping) else {}


def declared_mapping(tool: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The mapping by which `tool` declares what a call of it accesses (COAZ); None where it declares none.

    Of one that is none, or larger than anybody needs, nothing is left: it is malformed.
    """
    schema = tool.get("inputSchema")
    if not isinstance(schema, Mapping) or DECLARED_BY not in schema:
        return None
    mapping = schema[DECLARED_BY]
    is_usable = isinstance(mapping, Mapping) and json_size(mapping) <= LARGEST_MAPPING
    return mapping if is_usable else {}


def _mirrored(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or len(path) >= _DEEPEST:
        return
    for name, below in properties.items():
        if not isinstance(below, Mapping):
            continue
        header = below.get(_HEADER)
        if isinstance(header, str) and header:
            yield f"mcp-param-{header.lower()}", (*path, name)
        yield from _mirrored(below, (*path, name))
