"""What an API server knows of the sizes of what a rule reads, from the schema around it.

k8s.io/apiserver/pkg/cel/common/schemas.go, and schema/cel/compilation.go of k8s.io/apiextensions-apiserver.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.cel.cost.ranges import Range
from interlock.cel.cost.sizes import Path as Reading
from interlock.cel.cost.sizes import Sizer, requests
from interlock.cel.schemas.nodes import Path
from interlock.cel.types import CelType

_BYTES: Final = 4
"""The bytes that a character may take."""


def sizes(definition: Mapping[str, Any], rule: Path) -> Sizer:
    """What is known of the sizes of `self` and what is in it, of the `rule` at this place."""
    schema: Any = definition
    for key in rule[:-3]:
        schema = schema[key]

    def known(path: Reading, type_: CelType) -> Range | None:
        found = _found(schema, path)
        largest = None if found is None else _largest(found)
        return requests(path, type_) if largest is None else Range(0, largest)

    return known


def cardinality(definition: Mapping[str, Any], rule: Path) -> int:
    """How often the `rule` at this place is asked at most: for each entry of the lists and maps around it."""
    schema: Any = definition
    count = 1
    for key in rule[:-3]:
        if key in {"items", "additionalProperties"}:
            count *= schema["maxItems" if key == "items" else "maxProperties"]
        schema = schema[key]
    return count


def _found(schema: Any, path: Reading) -> Any:
    """The schema of what is at `path`; None where it is computed."""
    if path[:1] != ("self",):
        return None
    for step in path[1:]:
        match step:
            case "@items":
                schema = schema["items"]
            case "@values":
                schema = schema["additionalProperties"]
            case _ if step in schema.get("properties", {}):
                schema = schema["properties"][step]
            case _:
                return None
    return schema


def _largest(schema: Mapping[str, Any]) -> int | None:
    if "enum" in schema and schema["type"] == "string":
        return max(map(len, schema["enum"]))
    if schema.get("type") == "string" and "maxLength" in schema:
        return int(schema["maxLength"]) * _BYTES
    size: int | None = schema.get("maxItems", schema.get("maxProperties"))
    return size
