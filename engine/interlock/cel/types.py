"""CEL types: what the checker inferred, and what `type(x)` returns."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CelType:
    """A type by name, with its parameters where it has some; messages go by their full name."""

    name: str
    parameters: tuple["CelType", ...] = ()

    def __str__(self) -> str:
        if not self.parameters:
            return self.name
        return f"{self.name}({', '.join(map(str, self.parameters))})"

    @property
    def is_parameter(self) -> bool:
        """Whether this is a type parameter of an overload, such as `~T`."""
        return self.name.startswith("~")


BOOL: Final = CelType("bool")
INT: Final = CelType("int")
UINT: Final = CelType("uint")
DOUBLE: Final = CelType("double")
STRING: Final = CelType("string")
BYTES: Final = CelType("bytes")
NULL: Final = CelType("null_type")
LIST: Final = CelType("list")
MAP: Final = CelType("map")
TYPE: Final = CelType("type")
TIMESTAMP: Final = CelType("google.protobuf.Timestamp")
DURATION: Final = CelType("google.protobuf.Duration")
DYN: Final = CelType("dyn")
ERROR: Final = CelType("error")
OPTIONAL: Final = CelType("optional_type")

NAMED: Final = {
    type_.name: type_
    for type_ in (
        BOOL,
        INT,
        UINT,
        DOUBLE,
        STRING,
        BYTES,
        NULL,
        LIST,
        MAP,
        TYPE,
        TIMESTAMP,
        DURATION,
        DYN,
        OPTIONAL,
    )
}
"""The types that an expression can name."""

MAP_KEYS: Final = frozenset({BOOL, INT, UINT, STRING, DYN})
"""The types that the key of a map can be declared with."""


def list_of(element: CelType) -> CelType:
    """The type of lists of `element`."""
    return CelType("list", (element,))


def map_of(key: CelType, value: CelType) -> CelType:
    """The type of maps from `key` to `value`."""
    return CelType("map", (key, value))


def optional_of(value: CelType) -> CelType:
    """The type of optional values of `value`."""
    return CelType("optional_type", (value,))


def parameter(name: str) -> CelType:
    """The type parameter `name` of an overload, which stands for one type in all of its places."""
    return CelType(f"~{name}")
