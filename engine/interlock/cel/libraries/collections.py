"""Lists and maps: size, membership, index and fields, and the same of what an optional value holds."""

import math
from typing import Any, Final

from interlock.cel.libraries.comparison import equal
from interlock.cel.libraries.overloads import Overload, no_overload
from interlock.cel.types import BOOL, BYTES, DYN, INT, STRING, list_of, map_of, parameter
from interlock.cel.values import NONE, EvaluationError, Message, Optional, Uint, optional, to_key

_FIELDED: Final = (dict, list, Message)
"""What is asked for its fields also leniently; a list has none, which is an error."""


def optional_index(container: Any, position: Any) -> Optional:
    """`container[?position]`: none where the container is none or has no such part."""
    if isinstance(container, Optional):
        return optional_index(container.value, position) if container.is_present else NONE
    if isinstance(container, dict):
        found, value = _lookup(container, position)
        return optional(value) if found else NONE
    if isinstance(container, list):
        at = _offset(position)
        return optional(container[at]) if 0 <= at < len(container) else NONE
    raise no_overload("_[?_]", container, position)


def _in_list(value: Any, container: list[Any]) -> bool:
    return any(equal(value, element) for element in container)


def _in_map(key: Any, container: dict[Any, Any]) -> bool:
    found, _ = _lookup(container, key)
    return found


def _element_at(container: list[Any], position: Any) -> Any:
    at = _offset(position)
    if 0 <= at < len(container):
        return container[at]
    raise EvaluationError("index out of bounds")


def _value_at(container: dict[Any, Any], key: Any) -> Any:
    found, value = _lookup(container, key)
    if not found:
        raise EvaluationError("no such key")
    return value


def _lookup(mapping: dict[Any, Any], key: Any) -> tuple[bool, Any]:
    """Whether the map has the key, and its value; a double finds the integer that it equals."""
    if isinstance(key, float):
        if not math.isfinite(key) or key != int(key):
            return False, None
        key = int(key)
    known = to_key(key)
    return (True, mapping[known]) if known in mapping else (False, None)


def _offset(position: Any) -> int:
    """The position as an int: a list is indexed by every number that is whole."""
    kind = type(position)
    if kind is int or kind is Uint or (kind is float and math.isfinite(position) and position == int(position)):
        return int(position)
    raise EvaluationError("no such overload: a list is indexed by an int")


def select(operand: Any, field: str) -> Any:
    """`operand.field` of a map or a message; of an optional the field that it may have, as an optional."""
    if isinstance(operand, dict):
        try:
            return operand[field]
        except KeyError:
            raise EvaluationError(f"no such key: {field}") from None
    if isinstance(operand, Optional):
        return optional_select(operand, field)
    if isinstance(operand, Message):
        return operand.fields.get(field, "" if field in operand.texts else None)
    raise EvaluationError(f"no such overload: select `{field}` of what is no map")


def optional_select(operand: Any, field: str) -> Optional:
    """`operand.?field`: none where the operand is none or has no such field."""
    if isinstance(operand, Optional):
        return optional_select(operand.value, field) if operand.is_present else NONE
    if isinstance(operand, Message):
        operand = operand.fields
    if isinstance(operand, dict):
        return optional(operand[field]) if field in operand else NONE
    raise EvaluationError(f"no such overload: select `{field}` of what is no map")


def has(operand: Any, field: str) -> bool:
    """`has(operand.field)` of a map, or of what an optional holds."""
    if isinstance(operand, dict):
        return field in operand
    if isinstance(operand, Optional):
        return operand.is_present and has(operand.value, field)
    if isinstance(operand, Message):
        return field in operand.fields
    raise EvaluationError(f"no such overload: has `{field}` of what is no map")


def select_leniently(operand: Any, field: str) -> Any:
    """As `select`, but of an optional as `optional_select_leniently`."""
    return (
        optional_select_leniently(operand, field) if isinstance(operand, Optional) else select(operand, field)
    )


def optional_select_leniently(operand: Any, field: str) -> Optional:
    """As `optional_select`, but none where the operand can have no fields, unless it is a list."""
    if isinstance(operand, Optional):
        return optional_select_leniently(operand.value, field) if operand.is_present else NONE
    return optional_select(operand, field) if isinstance(operand, _FIELDED) else NONE


def has_leniently(operand: Any, field: str) -> bool:
    """As `has`, but false where the operand can have no fields, unless it is a list."""
    if isinstance(operand, Optional):
        return operand.is_present and has_leniently(operand.value, field)
    return has(operand, field) if isinstance(operand, _FIELDED) else False


def has_repeated(operand: Any, field: str) -> bool:
    """`has(operand.field)` of a message's list or map, which is there when it has elements."""
    if not has(operand, field):
        return False
    repeated = operand[field]
    if not isinstance(repeated, list | dict):
        raise no_overload("size", repeated)
    return len(repeated) > 0


_A: Final = parameter("A")
_B: Final = parameter("B")
_LIST: Final = list_of(_A)
_MAP: Final = map_of(_A, _B)
_SIZED: Final = (("string", STRING), ("bytes", BYTES), ("list", _LIST), ("map", _MAP))

OVERLOADS: Final = (
    *(
        Overload(id=f"size_{name}", function="size", parameters=(type_,), result=INT, compute=len)
        for name, type_ in _SIZED
    ),
    *(
        Overload(
            id=f"{name}_size", function="size", parameters=(type_,), result=INT, compute=len, is_member=True
        )
        for name, type_ in _SIZED
    ),
    Overload(id="in_list", function="@in", parameters=(_A, _LIST), result=BOOL, compute=_in_list),
    Overload(id="in_map", function="@in", parameters=(_A, _MAP), result=BOOL, compute=_in_map),
    Overload(id="index_list", function="_[_]", parameters=(_LIST, INT), result=_A, compute=_element_at),
    Overload(id="index_map", function="_[_]", parameters=(_MAP, _A), result=_B, compute=_value_at),
    # Through `dyn` any position reaches a list: it is indexed by every number that is whole.
    Overload(id="index_list_dyn", function="_[_]", parameters=(_LIST, DYN), result=_A, compute=_element_at),
)
