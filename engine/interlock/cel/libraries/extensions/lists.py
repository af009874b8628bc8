"""Parts, order and nesting of lists."""

from collections.abc import Iterable
from typing import Any, Final

from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.membership import Members
from interlock.cel.libraries.overloads import Library, Overload, no_overload
from interlock.cel.libraries.signatures import function, member
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
    list_of,
    parameter,
)
from interlock.cel.values import EvaluationError, type_of

_ORDERED: Final = (INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES)


def slice_of(values: list[Any], start: int, end: int) -> list[Any]:
    """The elements from `start` up to `end`.

    Raises:
        EvaluationError: they are not in the list, or the wrong way round.
    """
    if 0 <= start <= end <= len(values):
        return values[start:end]
    raise EvaluationError("slice out of range")


def flatten(values: list[Any], depth: int = 1) -> list[Any]:
    """The elements of the lists in `values` in their place, and of the lists in those down to `depth`.

    Raises:
        EvaluationError: `depth` is negative.
    """
    if depth < 0:
        raise EvaluationError("lists are flattened to a negative depth")
    flat: list[Any] = []
    open_ = [iter(values)]
    while open_:
        for value in open_[-1]:
            if isinstance(value, list) and len(open_) <= depth:
                open_.append(iter(value))
                break
            bounded(len(flat) + 1)
            flat.append(value)
        else:
            open_.pop()
    return flat


def sort(values: list[Any]) -> list[Any]:
    """The elements in ascending order; those that are equal keep theirs.

    Raises:
        EvaluationError: they are of different types, or of one that has no order.
    """
    return sort_by(values, values)


def sort_by(values: list[Any], keys: list[Any]) -> list[Any]:
    """The elements in the ascending order of their `keys`.

    Raises:
        EvaluationError: the keys are of different types, or of one that has no order.
    """
    types = {type(key) for key in keys}
    if len(types) > 1:
        raise EvaluationError("values of different types have no order")
    if keys and type_of(keys[0]) not in _ORDERED:
        raise no_overload("sort", keys[0])
    return [values[at] for at in sorted(range(len(keys)), key=keys.__getitem__)]


def distinct(values: list[Any]) -> list[Any]:
    """The elements without those that equal an earlier one."""
    members = Members()
    found = []
    for value in values:
        if value not in members:
            members.add(value)
            found.append(value)
    return found


def range_to(end: int) -> list[int]:
    """The integers from 0 up to `end`."""
    return list(range(bounded(end)))


_T: Final = list_of(parameter("T"))


def _sorts() -> Iterable[Overload]:
    for type_ in _ORDERED:
        yield member(f"list_{type_}_sort", "sort", (list_of(type_),), list_of(type_), sort)
        yield member(
            f"list_{type_}_sortByAssociatedKeys",
            "@sortByAssociatedKeys",
            (_T, list_of(type_)),
            _T,
            sort_by,
        )


_SLICE: Final = (member("list_slice", "slice", (_T, INT, INT), _T, slice_of),)
_FLATTEN: Final = (
    member("list_flatten", "flatten", (list_of(_T),), _T, flatten),
    member("list_flatten_int", "flatten", (list_of(DYN), INT), list_of(DYN), flatten),
)
_ORDER: Final = (
    *_sorts(),
    member("list_distinct", "distinct", (_T,), _T, distinct),
    member("list_reverse", "reverse", (_T,), _T, lambda values: values[::-1]),
    function("list_range", "lists.range", (INT,), list_of(INT), range_to),
)

VERSIONS: Final = (
    Library(name="lists", extension=("lists", 0), overloads=_SLICE),
    Library(name="lists", extension=("lists", 1), overloads=(*_SLICE, *_FLATTEN)),
    Library(name="lists", extension=("lists", 2), overloads=(*_SLICE, *_FLATTEN, *_ORDER)),
)
