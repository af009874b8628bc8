"""Which values are among many, as CEL's equality has it, in about the same time however many there are."""

from collections.abc import Iterable
from typing import Any

from interlock.cel.libraries.comparison import equal
from interlock.cel.values import Optional, Uint


class Members:
    """Values to be found again."""

    __slots__ = ("_alike", "_numbers")

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._numbers = _Numbers()
        self._alike: dict[Any, list[Any]] = {}
        for value in values:
            self.add(value)

    def __contains__(self, value: Any) -> bool:
        if type(value) in _NUMBERS:
            return value in self._numbers
        return any(equal(value, known) for known in self._alike.get(_likeness(value), ()))

    def add(self, value: Any) -> None:
        """Let `value` be found, if it equals itself."""
        if type(value) in _NUMBERS:
            self._numbers.add(value)
        elif equal(value, value) and value not in self:
            self._alike.setdefault(_likeness(value), []).append(value)


class _Numbers:
    """Numbers, of which many integers may equal one double without being equal."""

    __slots__ = ("_doubles", "_integers", "_rounded")

    def __init__(self) -> None:
        self._doubles: set[float] = set()
        self._integers: set[int] = set()
        self._rounded: set[float] = set()

    def __contains__(self, value: float) -> bool:
        if type(value) is float:
            return value in self._doubles or value in self._rounded
        return value in self._integers or float(value) in self._doubles

    def add(self, value: float) -> None:
        if type(value) is not float:
            self._integers.add(int(value))
            self._rounded.add(float(value))
        elif value == value:  # noqa: PLR0124  # NaN equals nothing, but a set would find it
            self._doubles.add(value)


_NUMBERS = frozenset({int, Uint, float})


def _likeness(value: Any) -> Any:
    """What values have in common if they are equal; few others do."""
    kind = type(value)
    if kind in _NUMBERS:
        return float, float(value)
    if kind is list:
        return list, tuple(map(_likeness, value))
    if kind is dict:
        return dict, frozenset((key, _likeness(each)) for key, each in value.items())
    if kind is Optional:
        return Optional, value.is_present, _likeness(value.value)
    return kind, value
