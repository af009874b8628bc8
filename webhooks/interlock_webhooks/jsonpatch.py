"""Patches of a decision as a JSON Patch (RFC 6902). Pure."""

from collections.abc import Iterable
from typing import Any

from interlock.kernel.mutation.places import lookup
from interlock.model.patch import Patch, Place


def json_patch(document: dict[str, Any], patches: Iterable[Patch], root: Place = ()) -> list[dict[str, Any]]:
    """The operations that put `patches` into `document`, each after the parents that are missing.

    `root` is where the document is in what is patched. `add` also takes the place
    of what an object has (RFC 6902, section 4.1). At the index of a list it would
    insert, so there an item is replaced.
    """
    operations: list[dict[str, Any]] = []
    made: set[Place] = set()
    for patch in patches:
        for parent in _missing_parents(document, patch.path):
            if parent not in made:
                made.add(parent)
                operations.append(_put((*root, *parent), {}))
        operations.append(_put((*root, *patch.path), patch.value))
    return operations


def _put(place: Place, value: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    return {"op": "replace" if isinstance(place[-1], int) else "add", "path": _pointer(place), "value": value}


def _missing_parents(document: dict[str, Any], path: Place) -> Iterable[Place]:
    """The paths above `path` where `document` has nothing, or null, from the root on."""
    return (path[:depth] for depth in range(1, len(path)) if lookup(document, path[:depth]) is None)


def _pointer(path: Place) -> str:
    """`path` as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)
