"""Objects that stand in an object as texts: YAML in a field, as JSON is YAML too.

Read before anything else, so that all that reads objects reads them as if
their content stood there. A text is bounded before it is read: aliases, which
multiply what is written, tags, and what nests deep are not read at all.
"""

from collections.abc import Iterable
from typing import Any, Final

import yaml

from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.draft import few
from interlock.intents.patterns import Pattern, Place

LONGEST_TEXT: Final = 65_536
"""In characters, of one text that is read as YAML."""

MOST_TEXT: Final = 262_144
"""In characters, of all texts of one object that are read as YAML."""

DEEPEST: Final = 32

# What is plain can be a number, and YAML has such that take long to be read.
_LONGEST_PLAIN: Final = 4096

_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"


class JsonLoader(yaml.CSafeLoader):
    """YAML whose values are JSON values: a date stays the text that it is written as."""


JsonLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != _TIMESTAMP]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}

Fault = tuple[str, str]
"""Where a text can't be read, and why not."""


def opened(body: dict[str, Any], path: str, texts: Iterable[Pattern]) -> tuple[dict[str, Any], list[Fault]]:
    """`body`, which stands at `path`, with what is written in `texts` in their places.

    With it what couldn't be read, which is null there.
    """
    faults: list[Fault] = []
    read = 0
    for place in few([place for each in texts for place in each.places(body, path)], "texts"):
        if not isinstance(place.value, str):
            continue
        read += len(place.value)
        content, fault = (
            (None, "the texts are too long to be read") if read > MOST_TEXT else _parsed(place.value)
        )
        if fault:
            faults.append((place.path, fault))
        body = _with(body, place, content)
    return body, faults


def _with(body: dict[str, Any], place: Place, content: object) -> dict[str, Any]:
    """`body` with `content` at `place`; only what leads there is copied."""

    def replaced(holder: Any, taken: tuple[str | int, ...]) -> Any:  # noqa: ANN401  # raw JSON
        if not taken:
            return content
        copy = holder.copy()
        copy[taken[0]] = replaced(holder[taken[0]], taken[1:])
        return copy

    changed: dict[str, Any] = replaced(body, place.taken)
    return changed


def _parsed(text: str) -> tuple[object, str]:
    """The JSON value that `text` is, and why it can't be read; empty where it can."""
    if len(text) > LONGEST_TEXT:
        return None, f"the text is longer than {LONGEST_TEXT} characters"
    try:
        fault = _shape_fault(text)
        value = None if fault else yaml.load(text, JsonLoader)  # noqa: S506  # a subclass of CSafeLoader
        check_bounds(value)
    except (yaml.YAMLError, ArithmeticError, ValueError, RequestError):
        return None, "the text can't be read as YAML"
    if fault or not isinstance(value, str):
        return value, fault
    return None, "the text is filled in later"


def _shape_fault(text: str) -> str:
    depth = 0
    for event in yaml.parse(text, JsonLoader):
        if isinstance(event, yaml.AliasEvent):
            return "the text has aliases, which aren't read"
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) is not None:
            return "the text has tags, which aren't read"
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and len(event.value) > _LONGEST_PLAIN:
            return "the text has a plain word that is too long to be read"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            return f"the text nests deeper than {DEEPEST} levels"
    return ""
