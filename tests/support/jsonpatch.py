"""JSON Patch, as far as it is sent: `add`, `remove` and `replace`."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any


def applied(document: dict[str, Any], operations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """`document` after `operations` (RFC 6902, sections 4.1 to 4.3)."""
    changed = deepcopy(document)
    for operation in operations:
        *parents, last = [_unescaped(token) for token in operation["path"].split("/")[1:]]
        node: Any = changed
        for parent in parents:
            node = node[int(parent)] if isinstance(node, list) else node[parent]
        _put(node, last, operation)
    return changed


def _put(node: Any, key: str, operation: dict[str, Any]) -> None:
    value = deepcopy(operation.get("value"))
    match operation["op"], node:
        case "remove", list():
            del node[int(key)]
        case "remove", dict():
            del node[key]
        case "add", list():
            node.insert(int(key), value)
        case "replace", list():
            node[int(key)] = value
        case "add" | "replace", dict():
            node[key] = value
        case _:
            raise AssertionError(operation)


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")
