"""What is known of the sizes of data before there is any: a `Sizer` says it of each path."""

from collections.abc import Callable
from typing import Final

from interlock.cel.cost.limits import MAX_REQUEST_SIZE
from interlock.cel.cost.ranges import ZERO, Range
from interlock.cel.types import BOOL, BYTES, DOUBLE, INT, STRING, UINT, CelType

Path = tuple[str, ...]
"""A variable and what is below it: fields, and `@items`, `@indices`, `@keys` or `@values` of lists and maps.

Empty where a value is computed.
"""

Sizer = Callable[[Path, CelType], Range | None]
"""The size of what is at a path and of a type: characters, bytes, elements or entries.

None where it has nothing to say.
"""

_TEXT: Final = Range(0, MAX_REQUEST_SIZE - 2)
_LEAST: Final = {BOOL: 4, INT: 1, UINT: 1, DOUBLE: 1, STRING: 2, BYTES: 2}
"""The characters of a value of a type in JSON, at least."""


def nothing(_path: Path, _type: CelType) -> None:
    """Knows no sizes."""


def requests(path: Path, type_: CelType) -> Range | None:
    """The sizes that fit into one request, which the API server assumes where no schema limits them.

    A number or a boolean of a request has no size at all in its estimates, nor has the name of a type.
    """
    match type_:
        case CelType("int" | "uint" | "double" | "bool" | "type"):
            return ZERO if path else None
        case CelType("string" | "bytes"):
            return _TEXT
        case CelType("list", (element,)):
            return Range(0, (MAX_REQUEST_SIZE - 2) // (_least(element) + 1))
        case CelType("map", (_, value)):
            # An entry has a key of no characters at least, with its quotes, a colon, a comma and blanks.
            return Range(0, (MAX_REQUEST_SIZE - 2) // (_least(value) + 6))
        case _:
            return None


def _least(type_: CelType) -> int:
    return 2 if type_.name in {"list", "map"} else _LEAST.get(type_, 1)
