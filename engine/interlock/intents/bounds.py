"""What every value from outside must keep to, before anything reads it.

Only JSON values, strings without NUL and lone surrogates, integers of 64 bits,
finite numbers, at most `MAX_DEPTH` levels, `MAX_NODES` values and `MAX_TEXT`
characters. So nothing behind it can run out of stack, and no text means one thing here and another
thing in code that ends strings at NUL.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.paths import element, json_path, member, quoted
from interlock.model.intent import MAX_INT64, MIN_INT64

MAX_DEPTH: Final = 64
MAX_NODES: Final = 100_000
MAX_TEXT: Final = 4 * 1024 * 1024
"""Code points of all strings together; what evaluation may cost is bounded by that."""

_LONGEST_TOLD: Final = MAX_NODES
"""In bytes of JSON, of which every value takes one; so many are also fewer than `MAX_TEXT`."""

_DIGITS: Final = bytes(ord("0") if ord("1") <= each <= ord("9") else each for each in range(256))
_LONG_NUMBER: Final = b"0" * len(str(MAX_INT64))

_CONTAINERS: Final = frozenset({dict, list})
_PLAIN: Final = frozenset({bool, type(None)})


class Bounded(dict[str, Any]):
    """An object whose values are known to be within the bounds."""

    __slots__ = ()


def bounded(value: dict[str, Any], written: bytes) -> dict[str, Any]:
    """`value`, which was read from the JSON text `written`: as Bounded, where the text is enough to tell.

    No number has more digits than 64 bits can have, nothing nests that opens
    nowhere, and JSON writes NUL as an escape: a few searches of the text spare a
    look at every value.
    """
    if len(written) > _LONGEST_TOLD or b"\\u0000" in written:
        return value
    if written.count(b"{") + written.count(b"[") > MAX_DEPTH or _LONG_NUMBER in written.translate(_DIGITS):
        return value
    return Bounded(value)


def check_bounds(value: object, path: str = "") -> None:
    """Raise RequestError, which names the place, where `value` at `path` isn't within the bounds.

    It runs on every request, so it looks at all strings of one value at once,
    and searches for the culprit only if there is one.
    """
    if not are_within(value):
        place, fault = _first_fault(value, path)
        raise RequestError(f"{quoted(place or '.')}: {fault}", path=json_path(place))


def are_within(*roots: object) -> bool:  # noqa: C901, PLR0912  # calls would cost more than all the rest
    """Whether `roots`, which are parts of one request, are within the bounds, of size all together.

    Raises:
        RequestError: they hold too many values, or too much text; no place is to blame for that.
    """
    strings: list[str] = []
    level: list[Any] = [roots]
    nodes = depth = 0
    while level:
        deeper: list[Any] = []
        for container in level:
            nodes += len(container)
            values = container
            if type(container) is dict:
                strings += container
                values = container.values()
            for value in values:
                kind = type(value)
                if kind is str:
                    strings.append(value)
                elif kind is dict or kind is list:
                    deeper.append(value)
                elif kind is int:
                    if not MIN_INT64 <= value <= MAX_INT64:
                        return False
                elif kind is float:
                    if not isfinite(value):
                        return False
                elif kind not in _PLAIN:
                    return False
        depth += 1
        if nodes > MAX_NODES:
            raise RequestError(f"the request holds more than {MAX_NODES} values", path="$")
        # What holds the roots is no level of its own.
        if depth > MAX_DEPTH + 1:
            return False
        level = deeper
    return _are_sound(strings)


def _are_sound(strings: list[str]) -> bool:
    try:
        joined = "".join(strings)
        if not joined.isascii():
            joined.encode()
    except (TypeError, UnicodeEncodeError):
        # A key that isn't a string, or a lone surrogate.
        return False
    if len(joined) > MAX_TEXT:
        raise RequestError(f"the request holds more than {MAX_TEXT} characters", path="$")
    return "\0" not in joined


def _first_fault(root: object, start: str) -> tuple[str, str]:
    """Where something is wrong with `root`, and what. There is something, as `are_within` found."""
    pending: list[tuple[_Trail | None, int, object]] = [(None, 1, root)]
    while True:
        trail, depth, value = pending.pop()
        fault = _depth_fault(value, depth) or _fault(value)
        if fault:
            return _path(trail, start), fault
        pending += [(_Trail(trail, step), depth + 1, item) for step, item in reversed(_children(value))]


@dataclass(frozen=True, slots=True)
class _Trail:
    """The way to a value. A path in full for each of many values could take more memory than there is."""

    parent: "_Trail | None"
    step: str | int


def _path(trail: _Trail | None, start: str) -> str:
    steps: list[str | int] = []
    while trail is not None:
        steps.append(trail.step)
        trail = trail.parent
    path = start
    for step in reversed(steps):
        path = element(path, step) if isinstance(step, int) else member(path, step)
    return path


def _children(value: Any) -> list[tuple[str | int, object]]:  # noqa: ANN401  # raw JSON
    if type(value) is list:
        return list(enumerate(value))
    return list(value.items()) if type(value) is dict else []


def _depth_fault(value: object, depth: int) -> str:
    if depth > MAX_DEPTH and type(value) in _CONTAINERS:
        return f"nests deeper than {MAX_DEPTH} levels"
    return ""


def _fault(value: Any) -> str:  # noqa: ANN401  # raw JSON
    kind = type(value)
    if kind is str:
        return _text_fault(value)
    if kind is int or kind is float:
        return _number_fault(value)
    if kind is dict:
        return next(filter(None, map(_key_fault, value)), "")
    return "" if kind is list or kind in _PLAIN else "must be a JSON value"


def _key_fault(key: object) -> str:
    return _text_fault(key) if isinstance(key, str) else "has a key that is no string"


def _text_fault(value: str) -> str:
    if "\0" in value:
        return "holds a string with NUL"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "holds a string with a lone surrogate"
    return ""


def _number_fault(value: float) -> str:
    if isinstance(value, float):
        return "" if isfinite(value) else "holds a number that is not finite"
    return "" if MIN_INT64 <= value <= MAX_INT64 else "holds an integer that does not fit into 64 bits"
