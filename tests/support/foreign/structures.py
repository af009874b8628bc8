"""Structures that values merge by, for tests."""

from collections.abc import Mapping
from typing import Any, Final

from interlock.foreign.merging.structure import Structure, structure_of
from interlock.schemas.kinds import kubernetes


def built_in(definition: str) -> Structure:
    """The structure of one of Kubernetes' own definitions, such as `core.v1.PodSpec`."""
    prefix = "io.k8s.apimachinery.pkg.apis" if definition.startswith("meta.") else "io.k8s.api"
    return structure_of({"$ref": f"#/definitions/{prefix}.{definition}"}, kubernetes().definitions)


def custom(schema: Mapping[str, Any]) -> Structure:
    """The structure that a schema of its own describes."""
    return structure_of(schema, kubernetes().definitions)


NAMED: Final = {
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    "items": {"type": "object", "properties": {"name": {"type": "string"}, "value": {"type": "integer"}}},
}
"""A list whose elements are known by their name."""

SET: Final = {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}}
"""A list that has each text once."""
