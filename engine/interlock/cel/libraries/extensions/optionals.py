"""Values that may be absent.

`or` and `orValue` are here for their signatures: evaluation computes the
alternative only where it is needed.
"""

from typing import Any, Final

from interlock.cel.libraries.collections import optional_index, optional_select
from interlock.cel.libraries.overloads import Library, no_overload
from interlock.cel.libraries.signatures import function, member
from interlock.cel.types import BOOL, DYN, INT, STRING, CelType, list_of, map_of, optional_of, parameter
from interlock.cel.values import NONE, Duration, EvaluationError, Message, Opaque, Optional, Timestamp, optional


def of_non_zero_value(value: Any) -> Optional:
    """`value`, absent where it is the zero of its type: null, false, 0, what is empty, the epoch, no time."""
    return NONE if _is_zero(value) else optional(value)


def value_of(value: Optional) -> Any:
    """What `value` holds.

    Raises:
        EvaluationError: it holds nothing.
    """
    if value.is_present:
        return value.value
    raise EvaluationError("optional.none() has no value")


def unwrap(values: list[Any]) -> list[Any]:
    """What the optional values hold, without those that are absent."""
    for value in values:
        if not isinstance(value, Optional):
            raise no_overload("optional.unwrap", value)
    return [value.value for value in values if value.is_present]


def first(values: list[Any]) -> Optional:
    """The first element, if there is one."""
    return optional(values[0]) if values else NONE


def last(values: list[Any]) -> Optional:
    """The last element, if there is one."""
    return optional(values[-1]) if values else NONE


def _is_zero(value: Any) -> bool:
    match value:
        case Timestamp(nanoseconds) | Duration(nanoseconds):
            return nanoseconds == 0
        case Optional() | Opaque() | CelType():
            return False
        case Message(_, fields, texts):
            return not fields and not texts
        case _:
            return not value


def _or(value: Optional, alternative: Optional) -> Optional:
    return value if value.is_present else alternative


def _or_value(value: Optional, alternative: Any) -> Any:
    return value.value if value.is_present else alternative


_K: Final = parameter("K")
_V: Final = parameter("V")
_OPTIONAL: Final = optional_of(_V)
_LIST: Final = list_of(_V)
_MAP: Final = map_of(_K, _V)

_BASE: Final = (
    function("optional_of", "optional.of", (_V,), _OPTIONAL, optional),
    function("optional_ofNonZeroValue", "optional.ofNonZeroValue", (_V,), _OPTIONAL, of_non_zero_value),
    function("optional_none", "optional.none", (), _OPTIONAL, lambda: NONE),
    member("optional_value", "value", (_OPTIONAL,), _V, value_of),
    member("optional_hasValue", "hasValue", (_OPTIONAL,), BOOL, lambda value: value.is_present),
    member("optional_or_optional", "or", (_OPTIONAL, _OPTIONAL), _OPTIONAL, _or),
    member("optional_orValue_value", "orValue", (_OPTIONAL, _V), _V, _or_value),
    function("select_optional_field", "_?._", (DYN, STRING), _OPTIONAL, optional_select),
    function("list_optindex_optional_int", "_[?_]", (_LIST, INT), _OPTIONAL, optional_index),
    function(
        "optional_list_optindex_optional_int", "_[?_]", (optional_of(_LIST), INT), _OPTIONAL, optional_index
    ),
    function("map_optindex_optional_value", "_[?_]", (_MAP, _K), _OPTIONAL, optional_index),
    function(
        "optional_map_optindex_optional_value", "_[?_]", (optional_of(_MAP), _K), _OPTIONAL, optional_index
    ),
    # Through `dyn` any position reaches a list: it is indexed by every number that is whole.
    function("list_optindex_dyn", "_[?_]", (_LIST, DYN), _OPTIONAL, optional_index),
    function("optional_list_index_int", "_[_]", (optional_of(_LIST), INT), _OPTIONAL, optional_index),
    function("optional_map_index_value", "_[_]", (optional_of(_MAP), _K), _OPTIONAL, optional_index),
)
_ENDS: Final = (
    member("list_first", "first", (_LIST,), _OPTIONAL, first),
    member("list_last", "last", (_LIST,), _OPTIONAL, last),
)

VERSIONS: Final = (
    Library(name="optional", extension=("optional", 0), overloads=_BASE),
    Library(name="optional", extension=("optional", 1), overloads=_BASE),
    Library(name="optional", extension=("optional", 2), overloads=(*_BASE, *_ENDS)),
)

UNWRAP: Final = Library(
    name="optional.unwrap",
    overloads=(
        function("optional_unwrap", "optional.unwrap", (list_of(_OPTIONAL),), _LIST, unwrap),
        member("optional_unwrapOpt", "unwrapOpt", (list_of(_OPTIONAL),), _LIST, unwrap),
    ),
)
"""What the checker's extension leaves out."""
