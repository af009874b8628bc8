"""What was changed in an object before it was decided, place by place, in its order. Pure."""

from collections.abc import Iterator
from typing import Any

_ESCAPES = (("~1", "/"), ("~0", "~"))


def changes(recorded: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries of `patches` of a record, and before them what Kubernetes' policies changed, as such entries.

    These have the `kind` of their policy, and no `value` where they took it away.
    """
    for rewrite in recorded.get("rewrites", []):
        for operation in rewrite["operations"]:
            yield {
                "path": _keys(operation["path"]),
                **({"value": operation["value"]} if "value" in operation else {}),
                "kind": rewrite["kind"],
                "policies": [rewrite["policy"]],
            }
    yield from recorded["patches"]


def _keys(pointer: str) -> list[str | int]:
    """The keys of a JSON Pointer (RFC 6901); what is digits is taken for an index."""
    return [int(token) if token.isdecimal() else _unescaped(token) for token in pointer.split("/")[1:]]


def _unescaped(token: str) -> str:
    for escape, character in _ESCAPES:
        token = token.replace(escape, character)
    return token
