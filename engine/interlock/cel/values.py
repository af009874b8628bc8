"""CEL values that Python has no exact type for, and how evaluation fails.

A CEL value is a Python value: bool, int (int64), `Uint`, float, str, bytes,
None, list, dict, `Timestamp`, `Duration`, `Optional`, `Message`, a `CelType` or
an `Opaque` value of a library. A dict's keys are strings, ints, `Uint`s or `TRUE`
and `FALSE`: Python takes True for 1, and CEL does not.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, ClassVar, Final, NoReturn

from msgspec import Struct

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

MIN_INT: Final = -(2**63)
MAX_INT: Final = 2**63 - 1
MAX_UINT: Final = 2**64 - 1


class EvaluationError(Exception):
    """A CEL error: absorbed by `&&` and `||` where the other side decides, a verdict otherwise."""


class UnknownError(EvaluationError):
    """Something was asked for of which nobody here knows what it is."""


class LimitExceeded(Exception):  # noqa: N818  # it is no CEL error: no operator absorbs it
    """An evaluation that went past its bounds; nothing absorbs it."""


class OutOfTime(LimitExceeded):
    """An evaluation that did not end in the time it had, which says nothing of its expression."""


class Uint(int):
    """An unsigned 64-bit integer."""

    __slots__ = ()


class Timestamp(Struct, frozen=True, order=True):
    """An instant, in nanoseconds since 1970-01-01T00:00:00Z; years 1 to 9999."""

    nanoseconds: int


class Duration(Struct, frozen=True, order=True):
    """A signed span of time in nanoseconds."""

    nanoseconds: int


class Optional(Struct, frozen=True):
    """A value that may be absent: `is_present` says so, and `value` is None where it is."""

    is_present: bool
    value: Any = None


NONE: Final = Optional(is_present=False)
"""`optional.none()`."""


def optional(value: Any) -> Optional:
    """`optional.of(value)`."""
    return Optional(is_present=True, value=value)


class Message(Struct, frozen=True):
    """A message that an expression made: which one, and those of its fields that were given a value.

    Its `texts` are fields that are empty where they were not given; others are null then.
    """

    type: CelType
    fields: dict[str, Any]
    texts: frozenset[str] = frozenset()


class Opaque(Struct, frozen=True):
    """A value that only its library can look into; equal where Python finds two of one class equal."""

    cel_type: ClassVar[CelType]

    def __str__(self) -> str:
        """A CEL expression of it where there is one; otherwise the name of its type."""
        return self.cel_type.name


class OpenMap(dict[Any, Any]):
    """A map of which only these entries are known, and that the keys in `absent` are not in it.

    What else is asked of it is an UnknownError.
    """

    __slots__ = ("absent",)
    __hash__ = None

    def __init__(self, known: dict[Any, Any], absent: frozenset[Any] = frozenset()) -> None:
        super().__init__(known)
        self.absent = absent

    def _unknown(self, *_: object) -> NoReturn:
        raise UnknownError("only some entries of the map are known")

    __len__ = __iter__ = __eq__ = __ne__ = items = keys = values = _unknown

    def __missing__(self, key: object) -> NoReturn:
        if key in self.absent:
            raise EvaluationError("no such key")
        self._unknown()

    def __contains__(self, key: object) -> bool:
        """Whether it has the key, where that is known."""
        return super().__contains__(key) or (key not in self.absent and self._unknown())


class BoolKey(Enum):
    """A boolean as the key of a dict."""

    FALSE = 0
    TRUE = 1


def to_key(value: Any) -> Any:
    """`value` as it is kept as a dict key.

    Raises:
        EvaluationError: CEL has no such keys, or the double isn't a whole number.
    """
    kind = type(value)
    if kind is str or kind is int or kind is Uint:
        return value
    if kind is bool:
        return BoolKey.TRUE if value else BoolKey.FALSE
    raise EvaluationError(f"unsupported key type: {type_of(value)}")


def from_key(key: Any) -> Any:
    """The CEL value of a dict key."""
    return key is BoolKey.TRUE if isinstance(key, BoolKey) else key


def keys(mapping: dict[Any, Any]) -> Iterator[Any]:
    """The CEL keys of a map, in the order of its entries."""
    return map(from_key, mapping)


def entries(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """A map with these entries.

    Raises:
        EvaluationError: a key repeats or can't be a key.
    """
    made: dict[Any, Any] = {}
    for raw, value in pairs:
        key = to_key(raw)
        if key in made:
            raise EvaluationError("duplicate key in map")
        made[key] = value
    return made


_TYPES: Final[dict[type, CelType]] = {
    bool: BOOL,
    int: INT,
    Uint: UINT,
    float: DOUBLE,
    str: STRING,
    bytes: BYTES,
    list: LIST,
    dict: MAP,
    OpenMap: MAP,
    type(None): NULL,
    Timestamp: TIMESTAMP,
    Duration: DURATION,
    Optional: OPTIONAL,
    CelType: TYPE,
}


def type_of(value: Any) -> CelType:
    """The CEL type of `value`, without type parameters.

    Raises:
        EvaluationError: `value` is no CEL value, such as an integer beyond 64 bits.
    """
    found = _TYPES.get(type(value))
    if found is None and isinstance(value, Opaque):
        return value.cel_type
    if found is None and isinstance(value, Message):
        return value.type
    if found is None:
        raise EvaluationError(f"no CEL value: {type(value).__name__}")
    return found
