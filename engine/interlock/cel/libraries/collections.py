"""Lists and maps: size, membership, index, and what a comprehension ranges over."""

import math
from collections.abc import Iterable
from typing import Any, Final

from interlock.cel.libraries.comparison import equal
from interlock.cel.libraries.overloads import Function, no_overload
from interlock.cel.values import EvaluationError, Uint, keys, to_key


def size(value: Any) -> int:
    """How many code points, bytes, elements or entries `value` has."""
    if isinstance(value, str | bytes | list | dict):
        return len(value)
    raise no_overload("size", value)


def contained(value: Any, container: Any) -> bool:
    """`value in container`."""
    if isinstance(container, list):
        return any(equal(value, element) for element in container)
    if isinstance(container, dict):
        found, _ = _lookup(container, value)
        return found
    raise no_overload("@in", value, container)


def index(container: Any, position: Any) -> Any:
    """`container[position]`."""
    if isinstance(container, dict):
        found, value = _lookup(container, position)
        if not found:
            raise EvaluationError("no such key")
        return value
    if isinstance(container, list):
        return container[_offset(position, len(container))]
    raise no_overload("_[_]", container, position)


def _lookup(mapping: dict[Any, Any], key: Any) -> tuple[bool, Any]:
    """Whether the map has the key, and its value; a double finds the integer that it equals."""
    if isinstance(key, float):
        if not math.isfinite(key) or key != int(key):
            return False, None
        key = int(key)
    known = to_key(key)
    return (True, mapping[known]) if known in mapping else (False, None)


def _offset(position: Any, length: int) -> int:
    kind = type(position)
    if kind is float and math.isfinite(position) and position == int(position):
        position, kind = int(position), int
    if kind is not int and kind is not Uint:
        raise EvaluationError("no such overload: a list is indexed by an int")
    if 0 <= position < length:
        return int(position)
    raise EvaluationError("index out of bounds")


def select(operand: Any, field: str) -> Any:
    """`operand.field` of a map or a message."""
    if isinstance(operand, dict):
        try:
            return operand[field]
        except KeyError:
            raise EvaluationError(f"no such key: {field}") from None
    raise EvaluationError(f"no such overload: select `{field}` of what is no map")


def has(operand: Any, field: str) -> bool:
    """`has(operand.field)` of a map."""
    if isinstance(operand, dict):
        return field in operand
    raise EvaluationError(f"no such overload: has `{field}` of what is no map")


def has_repeated(operand: Any, field: str) -> bool:
    """`has(operand.field)` of a message's list or map, which is there when it has elements."""
    return has(operand, field) and size(operand[field]) > 0


def elements(range_: Any) -> Iterable[Any]:
    """What a comprehension over `range_` ranges over: a list's elements, a map's keys."""
    if isinstance(range_, list):
        return range_
    if isinstance(range_, dict):
        return keys(range_)
    raise EvaluationError("no such overload: comprehension over what is no list or map")


FUNCTIONS: Final[dict[str, Function]] = {"size": size, "@in": contained, "_[_]": index}
