"""Objects with what mutating policies changed in them. Pure."""

from collections.abc import Iterable
from typing import Any

from interlock.foreign.changes.json_patch import patched
from interlock.foreign.changes.operation import Operation
from interlock.model.ruling import Rewrite


def rewritten(found: dict[str, Any], rewrites: Iterable[Rewrite]) -> dict[str, Any]:
    """`found`, which policies saw, with all that they changed."""
    for rewrite in rewrites:
        found = patched(found, map(Operation.read, rewrite.operations))
    return found
