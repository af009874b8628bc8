"""What comprehensions range over."""

from collections.abc import Iterable
from typing import Any

from interlock.cel.values import EvaluationError, from_key, keys


def elements(range_: Any) -> Iterable[Any]:
    """What a comprehension of one variable ranges over: a list's elements, a map's keys."""
    if type(range_) is list:
        return range_
    if isinstance(range_, dict):
        return keys(range_)
    raise _no_range()


def pairs(range_: Any) -> Iterable[tuple[Any, Any]]:
    """What a comprehension of two variables ranges over: a list's indices and elements, a map's entries."""
    if isinstance(range_, list):
        return enumerate(range_)
    if isinstance(range_, dict):
        return ((from_key(key), value) for key, value in range_.items())
    raise _no_range()


def entries_of(value: Any) -> Iterable[tuple[Any, Any]]:
    """The entries that `transformMapEntry` adds for one element, which are a map."""
    if isinstance(value, dict):
        return pairs(value)
    raise EvaluationError("no such overload: transformMapEntry of what is no map")


def _no_range() -> EvaluationError:
    return EvaluationError("no such overload: comprehension over what is no list or map")
