"""The JSON Patch that makes one value of another. Pure."""

from collections.abc import Iterator
from typing import Any

from interlock.foreign.changes.equality import is_same
from interlock.foreign.changes.operation import Operation, escaped


def difference(was: Any, now: Any, path: str = "") -> Iterator[Operation]:
    """The operations that make `now` of `was`, in their order; none where they are the same.

    What both share is not looked into.
    """
    if was is now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        yield from _of_maps(was, now, path)
    elif isinstance(was, list) and isinstance(now, list):
        yield from _of_lists(was, now, path)
    elif not is_same(was, now):
        yield Operation(op="replace", path=path, value=now)


def _of_maps(was: dict[str, Any], now: dict[str, Any], path: str) -> Iterator[Operation]:
    for key, value in was.items():
        here = f"{path}/{escaped(key)}"
        if key in now:
            yield from difference(value, now[key], here)
        else:
            yield Operation(op="remove", path=here)
    for key, value in now.items():
        if key not in was:
            yield Operation(op="add", path=f"{path}/{escaped(key)}", value=value)


def _of_lists(was: list[Any], now: list[Any], path: str) -> Iterator[Operation]:
    """Between what is the same at the start and at the end, elements are compared one by one."""
    start = _same(was, now)
    end = _same(was[start:][::-1], now[start:][::-1])
    before, after = was[start : len(was) - end], now[start : len(now) - end]
    for at, (old, new) in enumerate(zip(before, after, strict=False), start):
        yield from difference(old, new, f"{path}/{at}")
    for at in reversed(range(start + len(after), start + len(before))):
        yield Operation(op="remove", path=f"{path}/{at}")
    for at, value in enumerate(after[len(before) :], start + len(before)):
        yield Operation(op="add", path=f"{path}/{at}", value=value)


def _same(left: list[Any], right: list[Any]) -> int:
    """How many elements at the start are the same."""
    count = 0
    while count < min(len(left), len(right)) and is_same(left[count], right[count]):
        count += 1
    return count
