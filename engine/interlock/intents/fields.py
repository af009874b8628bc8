"""Reading one field of an object from outside.

Every reader takes the parent, the key and the parent's path. An absent field
and null are the same, as in Kubernetes and in OpenAI's API. A field of a wrong
type is a RequestError that names its path: guessing would decide on something
else than what is going to run.
"""

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from interlock.errors import RequestError
from interlock.intents.paths import element, json_path, member
from interlock.model.intent import MAX_INT64

_OBJECTS: Final = frozenset({dict})
_STRINGS: Final = frozenset({str})


def refuse(path: str, expected: str) -> NoReturn:
    """Raise the RequestError that says what should stand at `path`."""
    raise RequestError(f"`{path or '.'}`: must be {expected}", path=json_path(path))


def as_mapping(value: object, path: str) -> dict[str, Any]:
    """`value`, which is an object."""
    if not isinstance(value, dict):
        refuse(path, "an object")
    return value


def mapping(parent: Mapping[str, Any], key: str, path: str) -> dict[str, Any]:
    """The object under `key`; empty where it is absent."""
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        refuse(member(path, key), "an object")
    return value


def sequence(parent: Mapping[str, Any], key: str, path: str) -> list[Any]:
    """The list under `key`; empty where it is absent."""
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        refuse(member(path, key), "a list")
    return value


def mappings(parent: Mapping[str, Any], key: str, path: str) -> list[dict[str, Any]]:
    """The list of objects under `key`; empty where it is absent."""
    found = sequence(parent, key, path)
    if {*map(type, found)} <= _OBJECTS:
        return found
    for index, item in enumerate(found):
        if not isinstance(item, dict):
            refuse(element(member(path, key), index), "an object")
    return found


def texts(parent: Mapping[str, Any], key: str, path: str) -> list[str]:
    """The list of strings under `key`; empty where it is absent."""
    found = sequence(parent, key, path)
    if {*map(type, found)} <= _STRINGS:
        return found
    for index, item in enumerate(found):
        if not isinstance(item, str):
            refuse(element(member(path, key), index), "a string")
    return found


def text(parent: Mapping[str, Any], key: str, path: str) -> str | None:
    """The string under `key`, or None where it is absent."""
    value = parent.get(key)
    if value is not None and not isinstance(value, str):
        refuse(member(path, key), "a string")
    return value


def required_text(parent: Mapping[str, Any], key: str, path: str) -> str:
    """The string under `key`, which is there and not empty."""
    value = text(parent, key, path)
    if not value:
        refuse(member(path, key), "a string that is not empty")
    return value


def whole(parent: Mapping[str, Any], key: str, path: str, most: int = MAX_INT64) -> int | None:
    """The whole number from 0 to `most` under `key`, or None where it is absent."""
    value = parent.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        refuse(member(path, key), f"a whole number from 0 to {most}")
    return value


def text_map(parent: Mapping[str, Any], key: str, path: str) -> dict[str, str]:
    """The object of strings under `key`, such as labels; empty where it is absent. Null is the empty string."""
    found = mapping(parent, key, path)
    if all(type(value) is str for value in found.values()):
        return found
    here = member(path, key)
    return {name: text(found, name, here) or "" for name in found}
