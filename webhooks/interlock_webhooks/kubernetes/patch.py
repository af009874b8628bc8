"""Patches of a decision as a JSON Patch (RFC 6902). Pure."""

from collections.abc import Iterable
from typing import Any

from interlock.model.patch import Patch


def json_patch(document: dict[str, Any], patches: Iterable[Patch]) -> list[dict[str, Any]]:
    """The operations that put `patches` into `document`, each after the parents that are missing."""
    operations: list[dict[str, Any]] = []
    made: set[tuple[str, ...]] = set()
    for patch in patches:
        for parent in _missing_parents(document, patch.path):
            if parent not in made:
                made.add(parent)
                operations.append({"op": "add", "path": _pointer(parent), "value": {}})
        operations.append({"op": "add", "path": _pointer(patch.path), "value": patch.value})
    return operations


def _missing_parents(document: dict[str, Any], path: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """The paths above `path` where `document` has nothing, or null, from the root on."""
    node: Any = document
    for depth in range(1, len(path)):
        node = node.get(path[depth - 1]) if isinstance(node, dict) else None
        if node is None:
            yield path[:depth]


def _pointer(path: tuple[str, ...]) -> str:
    """`path` as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in path)
