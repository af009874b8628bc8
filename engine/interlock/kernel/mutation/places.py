"""Places of a JSON object: found by a pattern, read, and written into a copy.

Null is nothing, as in Kubernetes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlock.model.mutation import EACH, Pattern
from interlock.model.patch import Place, spelled


class ObstacleError(Exception):
    """A pattern leads through something that is no object, or no list; `place` is there."""

    def __init__(self, place: Place, noun: str) -> None:
        super().__init__(f"`{spelled(place)}` is no {noun}")
        self.place = place


def places(document: dict[str, Any], pattern: Pattern) -> Iterator[Place]:
    """The places that `pattern` stands for in `document`, whether anything is there or not.

    Raises:
        ObstacleError: it leads through a value without such parts.
    """
    yield from _below(document, pattern, ())


def _below(node: Any, pattern: Pattern, place: Place) -> Iterator[Place]:  # noqa: ANN401  # any JSON
    if not pattern:
        yield place
        return
    key, rest = pattern[0], pattern[1:]
    if key == EACH:
        if node is not None and not isinstance(node, list):
            raise ObstacleError(place, "list")
        for index, item in enumerate(node or ()):
            yield from _below(item, rest, (*place, index))
        return
    if node is not None and not isinstance(node, dict):
        raise ObstacleError(place, "object")
    yield from _below((node or {}).get(key), rest, (*place, key))


def lookup(document: dict[str, Any], place: Place) -> Any:  # noqa: ANN401  # any JSON
    """What `document` has at `place`, one of its places; None where it has nothing."""
    here: Any = document
    for key in place:
        if here is None:
            return None
        here = here[key] if isinstance(key, int) else here.get(key)
    return here


def written(document: dict[str, Any], values: Mapping[Place, Any]) -> dict[str, Any]:
    """A copy of `document` with each of `values` at its place; what is beside the ways there is shared.

    No place lies inside another one. Each list and object on the ways is copied
    once, however many places are below it.
    """
    made: dict[str, Any] = _written(document, list(values.items()))
    return made


def _written(node: Any, values: Sequence[tuple[Place, Any]]) -> Any:  # noqa: ANN401  # any JSON
    if not values[0][0]:
        return values[0][1]
    below: dict[str | int, list[tuple[Place, Any]]] = {}
    for place, value in values:
        below.setdefault(place[0], []).append((place[1:], value))
    copy: Any = list(node) if isinstance(node, list) else dict(node or {})
    for key, parts in below.items():
        part = copy[key] if isinstance(key, int) else copy.get(key)
        copy[key] = _written(part, parts)
    return copy
