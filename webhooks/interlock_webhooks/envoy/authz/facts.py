"""The facts of a caller that a proxy can be configured to state, and the shape of each. Pure."""

from enum import StrEnum
from typing import Any, Final

from interlock.intents.caller import (
    CallerAgent,
    CallerData,
    CallerPrincipal,
    CallerTool,
)
from interlock.model.intent import Attribution, Run


class Shape(StrEnum):
    """How a fact is written."""

    TEXT = "a text"
    TEXTS = "texts, as a list or with commas between them"
    OBJECT = "an object"


_SERVER: Final = "server"
_LISTS: Final = frozenset({"data.classifications", "principal.groups"})
_OBJECTS: Final = frozenset({"principal.claims"})
_NUMBERS: Final = frozenset({"agent.contextWindow"})
_PARTS: Final[dict[str, Any]] = {
    "principal": CallerPrincipal,
    "agent": CallerAgent,
    "run": Run,
    "attribution": Attribution,
    "data": CallerData,
    "tool": CallerTool,
}


def _shape(fact: str) -> Shape:
    if fact in _LISTS:
        return Shape.TEXTS
    return Shape.OBJECT if fact in _OBJECTS else Shape.TEXT


FACTS: Final[dict[str, Shape]] = {_SERVER: Shape.TEXT} | {
    fact: _shape(fact)
    for part, keys in _PARTS.items()
    for key in keys.__annotations__
    if (fact := f"{part}.{key}") not in _NUMBERS
}
"""The shape of each fact, by its place in `caller`."""
