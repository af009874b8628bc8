"""What is in a list or a map: `a.b`, `a[b]`, `b in a` and `has(a.b)`."""

from typing import Any

from interlock.cel.values import NONE, Optional, optional
from support.reference.comparison import equal
from support.reference.errors import CelError
from support.reference.kinds import kind, to_key


def at(container: Any, key: Any) -> Optional:
    """The element of a list or the entry of a map, if there is one."""
    match kind(container):
        case "map":
            known = _integer(key)
            if isinstance(known, float):
                return NONE
            known = to_key(known)
            return optional(container[known]) if known in container else NONE
        case "list":
            position = _integer(key)
            if kind(position) not in {"int", "uint"}:
                raise CelError("no such overload: a list has integers as indexes")
            return optional(container[position]) if 0 <= position < len(container) else NONE
        case other:
            raise CelError(f"no such overload: no part of {other}")


def _integer(key: Any) -> Any:
    """The integer that a double is, since numbers equal each other across types; any other key as it is."""
    return int(key) if isinstance(key, float) and key.is_integer() else key


def is_in(value: Any, container: Any) -> bool:
    """`value in container`."""
    if isinstance(container, list):
        return any(equal(value, element) for element in container)
    return at(container, value).is_present


def has(container: Any, field: str) -> bool:
    """`has(container.field)`."""
    match kind(container):
        case "optional_type":
            return container.is_present and has(container.value, field)
        case "map":
            return field in container
        case other:
            raise CelError(f"no such overload: no fields in {other}")
