"""Lists as tables, which is how `kubectl get` asks for them: with the columns that a definition names."""

from datetime import UTC, datetime
from typing import Any, Final

import re2

from support.kubernetes.resources import Object, Resource

WANTED: Final = "as=Table"

_NAME: Final = {"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0}
_AGE: Final = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
_STEP: Final = re2.compile(r"\.([\w-]+)|\.?\[(\d+|\?\(@\.(\w+)==[\"'](\w+)[\"']\))\]")


def table(resource: Resource, items: list[Object], version: str) -> Object:
    """`items` of `resource`, a row each."""
    columns = resource.columns or (_AGE,)
    rows = [
        {
            "cells": [body["metadata"]["name"], *(_cell(column, body) for column in columns)],
            "object": {
                "kind": "PartialObjectMetadata",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": body["metadata"],
            },
        }
        for body in items
    ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": version},
        "columnDefinitions": [_NAME, *map(_defined, columns)],
        "rows": rows,
    }


def _defined(column: Object) -> Object:
    return {
        "name": column["name"],
        "type": column["type"],
        "format": column.get("format", ""),
        "description": column.get("description", ""),
        "priority": column.get("priority", 0),
    }


def _cell(column: Object, body: Object) -> Any:
    found = at(body, column["jsonPath"])
    if column["type"] == "date" and isinstance(found, str):
        return _age(found)
    return "" if found is None and column["type"] == "string" else found


def at(body: Any, path: str) -> Any:
    """What is at a JSONPath of names, numbers and `[?(@.type=="x")]`; None if there is nothing."""
    node = body
    for name, bracket, key, value in _STEP.findall(path):
        if name:
            node = node.get(name) if isinstance(node, dict) else None
        elif not isinstance(node, list):
            return None
        elif key:
            node = next((each for each in node if each.get(key) == value), None)
        else:
            node = node[int(bracket)] if int(bracket) < len(node) else None
    return node


def _age(since: str) -> str:
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())
    return f"{seconds}s" if seconds < 120 else f"{seconds // 60}m"
