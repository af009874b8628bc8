"""One node of a schema and what it says of its values, before anything is declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from interlock.schemas.kinds import Schema

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes that lead from a document's root to a value."""

MAX_DEPTH: Final = 200
"""How many keys may lead to a node."""


class SchemaError(ValueError):
    """A schema that can't be read; `path` leads to what is wrong."""

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(f"{written(path)}: {message}")


def written(path: Path) -> str:
    """`path` as JSONPath writes it: `$.versions[0].schema`."""
    keys = (f".{key}" if str(key).isidentifier() else f"[{key!r}]" for key in path)
    return "$" + "".join(keys)


@dataclass(frozen=True, slots=True)
class Node:
    """A schema and the path to it; one that a reference led to has the definition's name."""

    path: Path
    schema: Schema
    definition: str | None = None

    def child(self, *keys: str | int) -> "Node":
        """The schema that `keys` lead to.

        Raises:
            SchemaError: it is none, or lies too deep.
        """
        found: Any = self.schema
        for key in keys:
            found = found[key]
        path = self.path + keys
        if len(path) > MAX_DEPTH:
            raise SchemaError(path[:3], f"nests more than {MAX_DEPTH} deep")
        return Node(path, mapping(found, path))

    def origin(self) -> "Node":
        """The node under the path of its definition, wherever the reference stood."""
        return self if self.definition is None else Node((f"#/definitions/{self.definition}",), self.schema)

    def flag(self, key: str) -> bool:
        """Whether the schema sets `key`."""
        return self.schema.get(key) is True

    def members(self, key: str) -> Mapping[str, Any]:
        """The mapping below `key`; empty where the schema has none."""
        found = mapping(self.schema.get(key) or {}, (*self.path, key))
        for name in found:
            if not isinstance(name, str):
                raise SchemaError((*self.path, key), "has a key that isn't text")
        return found

    def types(self) -> frozenset[str]:
        """The types that values may have, null aside; empty where the schema doesn't say."""
        alternatives = [self.schema]
        for key in ("oneOf", "anyOf"):
            if "type" not in self.schema and isinstance(self.schema.get(key), list):
                alternatives = [each for each in self.schema[key] if isinstance(each, Mapping)]
        types: set[str] = set()
        for each in alternatives:
            given = each.get("type", ())
            listed = given if isinstance(given, list | tuple) else [given]
            if not all(isinstance(name, str) for name in listed):
                raise SchemaError((*self.path, "type"), "must be text")
            types.update(listed)
        return frozenset(types - {"null", ""})


def mapping(value: Any, path: Path) -> Mapping[str, Any]:
    """`value`, which stands at `path`.

    Raises:
        SchemaError: it is no mapping.
    """
    if not isinstance(value, Mapping):
        raise SchemaError(path, "must be an object")
    return value
