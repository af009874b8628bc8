"""Lists: order, sum, least and greatest element, position of an element.

The overloads differ in the type of the elements alone, which a list doesn't
show at run time. So each computes by what the elements are; only where there
are none does it matter which one the checker chose: the sum of no doubles is 0.0.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Final

from interlock.cel.libraries.arithmetic import to_duration, to_int, to_uint
from interlock.cel.libraries.comparison import equal
from interlock.cel.libraries.overloads import Function, Library, Overload, no_overload
from interlock.cel.libraries.signatures import member
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    list_of,
    parameter,
)
from interlock.cel.values import Duration, EvaluationError, Timestamp, Uint

_NUMBERS: Final = frozenset({int, Uint, float})
_ORDERED: Final = frozenset({bool, str, bytes, Duration, Timestamp})

_SUMMABLE: Final[dict[str, tuple[CelType, Any]]] = {
    "int": (INT, 0),
    "uint": (UINT, Uint(0)),
    "double": (DOUBLE, 0.0),
    "duration": (DURATION, Duration(0)),
}
_COMPARABLE: Final = {
    "int": INT,
    "uint": UINT,
    "double": DOUBLE,
    "bool": BOOL,
    "duration": DURATION,
    "timestamp": TIMESTAMP,
    "string": STRING,
    "bytes": BYTES,
}
_ELEMENT: Final = parameter("A")


def is_sorted(elements: list[Any]) -> bool:
    """Whether no element is greater than the next."""
    _check_order("isSorted", elements)
    return not any(left > right for left, right in pairwise(elements))


def least(elements: list[Any]) -> Any:
    """The first of the least elements."""
    _check_order("min", elements)
    if not elements:
        raise EvaluationError("min called on empty list")
    return _foremost(elements, lambda best, other: best > other)


def greatest(elements: list[Any]) -> Any:
    """The first of the greatest elements."""
    _check_order("max", elements)
    if not elements:
        raise EvaluationError("max called on empty list")
    return _foremost(elements, lambda best, other: best < other)


def index_of(elements: list[Any], item: Any) -> int:
    """The position of the first element that equals `item`, or -1."""
    return next((at for at, each in enumerate(elements) if equal(each, item)), -1)


def last_index_of(elements: list[Any], item: Any) -> int:
    """The position of the last element that equals `item`, or -1."""
    return next((at for at in range(len(elements) - 1, -1, -1) if equal(elements[at], item)), -1)


def includes(target: Any, item: Any) -> bool:
    """Whether `target` has an element that equals `item`, or is no list and equals it itself."""
    if isinstance(target, list):
        return any(equal(each, item) for each in target)
    return equal(target, item)


def _foremost(elements: Iterable[Any], is_behind: Callable[[Any, Any], bool]) -> Any:
    # Not Python's min and max: beside NaN, which nothing is less than, they disagree with a plain scan.
    best, *others = elements
    for other in others:
        if is_behind(best, other):
            best = other
    return best


def _check_order(function: str, elements: list[Any]) -> None:
    """Raise unless all elements can be compared with each other."""
    kinds = set(map(type, elements))
    if kinds <= _NUMBERS or (len(kinds) == 1 and kinds <= _ORDERED):
        return
    raise no_overload(function, elements)


def _summing(zero: Any) -> Function:
    def total(elements: list[Any]) -> Any:
        kinds = set(map(type, elements))
        if not kinds:
            return zero
        if len(kinds) > 1:
            raise no_overload("sum", elements)
        return _total(kinds.pop(), elements)

    return total


def _total(kind: type, elements: list[Any]) -> Any:
    if kind is float:
        # Not Python's sum, which rounds once from 3.12 on.
        value = 0.0
        for element in elements:
            value += element
        return value
    if kind is Duration:
        return _running(to_duration, (element.nanoseconds for element in elements), Duration(0))
    if kind is Uint:
        return to_uint(sum(map(int, elements)))
    if kind is int:
        return _running(to_int, elements, 0)
    raise no_overload("sum", elements)


def _running(checked: Callable[[int], Any], amounts: Iterable[int], zero: Any) -> Any:
    """The sum, each partial sum of which is in range."""
    value, total = zero, 0
    for amount in amounts:
        total += amount
        value = checked(total)
    return value


def _comparing(name: str, result: str, compute: Function) -> list[Overload]:
    """An overload of `name` for each comparable type; in `result`, how its id ends, `{0}` is the type."""
    return [
        member(
            f"list_{each}_{result.format(each)}",
            name,
            (list_of(type_),),
            BOOL if compute is is_sorted else type_,
            compute,
        )
        for each, type_ in _COMPARABLE.items()
    ]


LISTS_V0: Final = Library(
    name="kubernetes.lists",
    overloads=(
        *_comparing("isSorted", "is_sorted_bool", is_sorted),
        *(
            member(f"list_{each}_sum_{each}", "sum", (list_of(type_),), type_, _summing(zero))
            for each, (type_, zero) in _SUMMABLE.items()
        ),
        *_comparing("max", "max_{0}", greatest),
        *_comparing("min", "min_{0}", least),
        member("list_a_index_of_int", "indexOf", (list_of(_ELEMENT), _ELEMENT), INT, index_of),
        member("list_a_last_index_of_int", "lastIndexOf", (list_of(_ELEMENT), _ELEMENT), INT, last_index_of),
    ),
)

LISTS_V1: Final = Library(
    name="kubernetes.lists",
    overloads=(
        *LISTS_V0.overloads,
        member("list_includes_dyn_dyn", "includes", (DYN, DYN), BOOL, includes),
    ),
)
