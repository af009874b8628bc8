"""What a YAML document is made of: plain values that know where they stand.

Nodes of an alias are shared, so a small file can stand for a large tree:
`weight` and `height` say how large, and the composer bounds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from interlock.documents.placement import Placement

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes that lead from a document's root to a value."""


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A text, number, boolean or null; `placement` knows where each of its characters stands."""

    value: str | int | float | bool | None
    placement: Placement

    weight = 1
    height = 0

    @property
    def offset(self) -> int:
        """Where the value starts in its file."""
        return self.placement.start


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceNode:
    """A list."""

    items: tuple["Node", ...]
    offset: int
    weight: int
    height: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's place and its value."""

    key_offset: int
    node: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingNode:
    """A mapping whose keys are texts, in the order of the file."""

    entries: Mapping[str, Entry]
    offset: int
    weight: int
    height: int


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


Plain: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None
"""What JSON can say."""


def plain(node: Node) -> Plain:
    """The dicts, lists and scalars that `node` stands for; nothing in them is shared."""
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode():
            return [plain(item) for item in node.items]
        case _:
            return {key: plain(entry.node) for key, entry in node.entries.items()}


def written(path: Path) -> str:
    """`path` as an author would write it, such as `spec.rules[2].require`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")
