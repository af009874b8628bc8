"""What was last listed of tools, by client, server and tool: what a call is held against. Does no I/O."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from interlock.identity import Digest
from interlock.intents.tooldefinitions import declared_mapping, definition_digest, mirrored_arguments
from interlock_webhooks.mcp.terms import Source

MOST: Final = 10_000
"""Definitions that are remembered. The server that has most of them loses what it listed longest ago."""

MOST_SERVERS: Final = 500
"""Servers whose definitions are remembered; those that listed theirs longest ago go first."""

_LONGEST_NAME: Final = 512


class Definition(Struct, frozen=True):
    """The digest of a tool's definition, the arguments that are in headers, and what it says it accesses."""

    digest: Digest
    mirrored: Mapping[str, tuple[str, ...]]
    mapping: Mapping[str, Any] | None


class Definitions:
    """The latest definitions of tools. One process's memory: what it has not seen, it says nothing of."""

    def __init__(self) -> None:
        self._known: OrderedDict[Source, OrderedDict[str, Definition]] = OrderedDict()

    def learn(self, source: Source, tools: Iterable[dict[str, Any]]) -> list[Definition]:
        """The definitions of `tools`, each of which has a name, as `source` lists them now."""
        found = []
        for tool in tools:
            definition = Definition(definition_digest(tool), mirrored_arguments(tool), declared_mapping(tool))
            found.append(definition)
            if sum(map(len, source)) + len(tool["name"]) <= _LONGEST_NAME:
                known = self._known.setdefault(source, OrderedDict())
                known[tool["name"]] = definition
                known.move_to_end(tool["name"])
                self._known.move_to_end(source)
        self._forget()
        return found

    def of(self, source: Source, name: object) -> Definition | None:
        """What `source` said last of its tool `name`; None where nobody remembers."""
        known = self._known.get(source)
        return known.get(name) if known and isinstance(name, str) else None

    def _forget(self) -> None:
        """Keep to the bounds. What is forgotten declares nothing, so no server may do that to others."""
        if len(self._known) > MOST_SERVERS:
            self._known.popitem(last=False)
        for _ in range(sum(map(len, self._known.values())) - MOST):
            max(self._known.values(), key=len).popitem(last=False)
