"""Which values are among many, found by a hash and decided by CEL's equality."""

from collections.abc import Iterable
from typing import Any

from interlock.cel.libraries.comparison import equal
from interlock.cel.values import Optional, Uint


class Members:
    """Values to be found again, in about the same time however many there are."""

    __slots__ = ("_alike",)

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._alike: dict[Any, list[Any]] = {}
        for value in values:
            self.add(value)

    def __contains__(self, value: Any) -> bool:
        return any(equal(value, known) for known in self._alike.get(_likeness(value), ()))

    def add(self, value: Any) -> None:
        """Let `value` be found."""
        self._alike.setdefault(_likeness(value), []).append(value)


def _likeness(value: Any) -> Any:
    """What values have in common if they are equal; few others do."""
    kind = type(value)
    if kind is float or kind is int or kind is Uint:
        return float, float(value)
    if kind is list:
        return list, tuple(map(_likeness, value))
    if kind is dict:
        return dict, frozenset((key, _likeness(each)) for key, each in value.items())
    if kind is Optional:
        return Optional, value.is_present, _likeness(value.value)
    return kind, value
