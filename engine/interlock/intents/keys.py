"""Refusing keys that nobody knows, with the one that was meant.

A key that is passed over in silence is a limit that doesn't hold.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.paths import json_path, member
from interlock.spelling import suggestion

_LONGEST_SHOWN: Final = 40


def refuse_unknown_keys(given: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    """Raise RequestError where the object at `path` has a key that isn't one of `known`."""
    if given.keys() <= known:
        return
    for key in given:
        if key not in known:
            where = member(path, key[:_LONGEST_SHOWN])
            raise RequestError(f"`{where}`: no such key: {suggestion(key, known)}", path=json_path(where))
