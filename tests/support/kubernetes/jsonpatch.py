"""JSON Patch (RFC 6902), all of it, as strictly as the API server applies it."""

from copy import deepcopy
from typing import Any, Final

from support.kubernetes.patches import PatchError

_WITH_VALUE: Final = {"add", "replace", "test"}
_FROM: Final = {"move", "copy"}


def decoded(operations: Any) -> list[dict[str, Any]]:
    """`operations` as a list of operations; `PatchError` if they are none."""
    if not isinstance(operations, list):
        raise PatchError("it is no list")
    for each in operations:
        if not isinstance(each, dict) or each.get("op") not in {*_WITH_VALUE, *_FROM, "remove"}:
            raise PatchError(f"{each} is no operation")
        if not isinstance(each.get("path"), str):
            raise PatchError(f"{each} has no path")
    return operations


def applied(document: Any, operations: list[dict[str, Any]]) -> Any:
    """`document` after `operations`; `PatchError` if one of them can't be done."""
    changed = deepcopy(document)
    for operation in operations:
        changed = _one(changed, operation)
    return changed


def _one(document: Any, operation: dict[str, Any]) -> Any:
    path = operation["path"]
    match operation["op"]:
        case "add":
            return _put(document, path, deepcopy(_value(operation)), new=True)
        case "replace":
            _get(document, path)
            return _put(document, path, deepcopy(_value(operation)), new=False)
        case "remove":
            return _removed(document, path)
        case "test":
            if not _same(_get(document, path), _value(operation)):
                raise PatchError(f"testing value {path} failed")
            return document
        case "copy":
            return _put(document, path, deepcopy(_get(document, _source(operation))), new=True)
        case _:
            value = _get(document, _source(operation))
            return _put(_removed(document, _source(operation)), path, value, new=True)


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise PatchError(f"`{operation['op']}` has no value")
    return operation["value"]


def _source(operation: dict[str, Any]) -> str:
    if not isinstance(operation.get("from"), str):
        raise PatchError(f"`{operation['op']}` has no from")
    return str(operation["from"])


def _tokens(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise PatchError(f"`{path}` is no JSON pointer")
    return [each.replace("~1", "/").replace("~0", "~") for each in path.split("/")[1:]]


def _get(document: Any, path: str) -> Any:
    node = document
    for token in _tokens(path):
        node = _child(node, token, path)
    return node


def _child(node: Any, token: str, path: str) -> Any:
    if isinstance(node, dict) and token in node:
        return node[token]
    if isinstance(node, list) and token.isdecimal() and int(token) < len(node):
        return node[int(token)]
    raise PatchError(f"missing path: {path}")


def _put(document: Any, path: str, value: Any, *, new: bool) -> Any:
    if not (tokens := _tokens(path)):
        return value
    parent = _get(document, path.rpartition("/")[0])
    last = tokens[-1]
    match parent:
        case dict():
            parent[last] = value
        case list() if new and last == "-":
            parent.append(value)
        case list() if new and last.isdecimal() and int(last) <= len(parent):
            parent.insert(int(last), value)
        case list() if not new and last.isdecimal():
            parent[int(last)] = value
        case _:
            raise PatchError(f"missing path: {path}")
    return document


def _removed(document: Any, path: str) -> Any:
    _get(document, path)
    parent, last = _get(document, path.rpartition("/")[0]), _tokens(path)[-1]
    del parent[int(last) if isinstance(parent, list) else last]
    return document


def _same(left: Any, right: Any) -> bool:
    """Equality of JSON: true is no number."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(each, right[key]) for key, each in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)
