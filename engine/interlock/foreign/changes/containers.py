"""Maps and lists by the tokens of paths, as gopkg.in/evanphx/json-patch.v4 reads them. Pure.

Its null is as good as nothing, an index may be negative, and `replace` adds to
a map what is not there.
"""

from typing import Any, Final, TypeAlias

import re2

_INDEX = re2.compile("[+-]?[0-9]{1,18}")
_LAST: Final = "-"

Container: TypeAlias = dict[str, Any] | list[Any]


class PatchError(Exception):
    """The patch can't be applied."""


def read(container: Container, token: str) -> Any:
    """What is there; None where a map has nothing.

    Raises:
        PatchError: a list has no such element.
    """
    return container.get(token) if isinstance(container, dict) else container[_index(container, token)]


def add(container: Container, token: str, value: Any) -> None:
    """Put `value` there, before the element of a list that has the place.

    Raises:
        PatchError: a list has no such place.
    """
    if isinstance(container, dict):
        container[token] = value
    elif token == _LAST:
        container.append(value)
    else:
        container.insert(_place(container, token), value)


def put(container: Container, token: str, value: Any) -> None:
    """Put `value` there, in the place of what was.

    Raises:
        PatchError: a list has no such element.
    """
    if isinstance(container, dict):
        container[token] = value
    else:
        container[_index(container, token)] = value


def remove(container: Container, token: str) -> None:
    """Take away what is there.

    Raises:
        PatchError: nothing is.
    """
    if isinstance(container, list):
        del container[_index(container, token)]
    elif token in container:
        del container[token]
    else:
        raise PatchError(f"Unable to remove nonexistent key: {token}: missing value")


def _index(container: list[Any], token: str) -> int:
    """The place of an element that is there."""
    return _within(_number(token), len(container))


def _place(container: list[Any], token: str) -> int:
    """The place that a new element is to have."""
    try:
        at = _number(token)
    except PatchError as error:
        raise PatchError(f"value was not a proper array index: '{token}': {error}") from None
    return _within(at, len(container) + 1)


def _within(at: int, places: int) -> int:
    """The place of that number, which counts from the end where it is negative."""
    if -places <= at < places:
        return at % places
    raise PatchError(f"Unable to access invalid index: {at}: invalid index referenced")


def _number(token: str) -> int:
    if _INDEX.fullmatch(token):
        return int(token)
    raise PatchError(f'strconv.Atoi: parsing "{token}": invalid syntax')
