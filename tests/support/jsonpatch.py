"""JSON Patch, as far as it is sent: `add` alone."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any


def applied(document: dict[str, Any], operations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """`document` after `operations` (RFC 6902, section 4.1)."""
    changed = deepcopy(document)
    for operation in operations:
        assert operation["op"] == "add"
        *parents, last = [
            token.replace("~1", "/").replace("~0", "~") for token in operation["path"].split("/")[1:]
        ]
        node: Any = changed
        for parent in parents:
            node = node[int(parent)] if isinstance(node, list) else node[parent]
        assert isinstance(node, dict), "a value at the index of a list would be inserted"
        node[last] = deepcopy(operation["value"])
    return changed
