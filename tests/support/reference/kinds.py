"""The types of values by their short names, and the values that are not quite Python's."""

import math
from typing import Any, Final

from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    LIST,
    MAP,
    NULL,
    OPTIONAL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    CelType,
)
from interlock.cel.values import BoolKey, Duration, Optional, Timestamp, Uint
from support.reference.errors import CelError

_KINDS: Final[dict[type, str]] = {
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    type(None): "null_type",
    Timestamp: "timestamp",
    Duration: "duration",
    Optional: "optional_type",
    CelType: "type",
}
KINDS: Final = tuple(_KINDS.values())

TYPES: Final = {
    type_.name: type_
    for type_ in (
        BOOL,
        INT,
        UINT,
        DOUBLE,
        STRING,
        BYTES,
        LIST,
        MAP,
        NULL,
        TIMESTAMP,
        DURATION,
        OPTIONAL,
        TYPE,
    )
}
"""The names that evaluate to a type; `dyn` is no type of any value."""

_LONG_NAMES: Final = {"timestamp": TIMESTAMP.name, "duration": DURATION.name}


def kind(value: Any) -> str:
    """The short name of the type of `value`."""
    return _KINDS[type(value)]


def type_of(value: Any) -> CelType:
    """`type(value)`."""
    return TYPES[_LONG_NAMES.get(kind(value), kind(value))]


def int64(number: int) -> int:
    if -(2**63) <= number < 2**63:
        return int(number)
    raise CelError("integer overflow")


def uint64(number: int) -> Uint:
    if 0 <= number < 2**64:
        return Uint(number)
    raise CelError("unsigned integer overflow")


def to_key(value: Any) -> Any:
    """A value of one of the four types of keys, as a dict keeps it: Python would take True for 1."""
    match kind(value):
        case "bool":
            return BoolKey(int(value))
        case "int" | "uint" | "string":
            return value
        case other:
            raise CelError(f"no key: {other}")


def from_key(key: Any) -> Any:
    return key is BoolKey.TRUE if isinstance(key, BoolKey) else key


def exact(value: Any) -> Any:
    """`value` with the types of all of its parts, so that Python's equality tells 1 from 1.0, true and -0.0."""
    match value:
        case float():
            return ("double", "NaN" if math.isnan(value) else repr(value))
        case list():
            return ("list", [exact(each) for each in value])
        case dict():
            entries = [(exact(from_key(key)), exact(each)) for key, each in value.items()]
            return ("map", sorted(entries, key=repr))
        case Optional():
            return ("optional_type", value.is_present, exact(value.value))
        case _:
            return (kind(value), value)
