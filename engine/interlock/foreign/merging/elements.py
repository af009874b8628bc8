"""What tells the elements of a list from each other, and how places in objects are written. Pure.

Source: sigs.k8s.io/structured-merge-diff, fieldpath.PathElement.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from msgspec import json

from interlock.foreign.merging.structure import Items, Relation

_Part: TypeAlias = tuple[type, Any]


class UnknownElementError(Exception):
    """An element that nothing tells from others."""


@dataclass(frozen=True, slots=True)
class Key:
    """An element of a list, by its value or by some of its fields; equal where they are."""

    parts: tuple[_Part, ...]
    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)


def key_of(items: Items, element: Any) -> Key:
    """What tells `element` from others of a list that is not atomic.

    Raises:
        UnknownElementError: nothing does.
    """
    return _by_value(element) if items.relation is Relation.SET else _by_keys(items, element)


def _by_value(element: Any) -> Key:
    match element:
        case dict():
            raise UnknownElementError("associative list without keys has an element that's a map type")
        case list():
            raise UnknownElementError("not supported: associative list with lists as elements")
        case None:
            raise UnknownElementError("associative list without keys has an element that's an explicit null")
        case _:
            return Key((_part(element),), f"[={written(element)}]")


def _by_keys(items: Items, element: Any) -> Key:
    if element is None:
        raise UnknownElementError("associative list with keys may not have a null element")
    if not isinstance(element, dict):
        raise UnknownElementError("associative list with keys may not have non-map elements")
    values = {name: _value(items, element, name) for name in sorted(items.keys)}
    text = ",".join(f"{name}={written(value)}" for name, value in values.items())
    return Key(tuple(map(_part, values.values())), f"[{text}]")


def _value(items: Items, element: dict[str, Any], name: str) -> Any:
    """The field that tells `element` from others, or its default."""
    if name in element:
        return element[name]
    fields = items.element.fields
    known = None if fields is None else fields.named.get(name)
    default = None if known is None else known.schema.get("default")
    if default is None:
        raise UnknownElementError(
            f'associative list with keys has an element that omits key field "{name}"'
            " (and doesn't have default value)"
        )
    return default


def _part(value: Any) -> _Part:
    """`value` as what equals it: numbers of all types may be equal, a boolean and a number never."""
    if isinstance(value, bool | str):
        return type(value), value
    return (float, value) if isinstance(value, int | float) else (list, written(value))


def written(value: Any) -> str:
    """`value` as JSON."""
    return json.encode(value, order="sorted").decode()
