"""Keys of JSON that are there twice: some readers take the first, and some the last. Pure."""

import json
from typing import Any

from interlock.checks.case import folded
from interlock.errors import RequestError
from interlock_webhooks.text import quoted


def check_once(body: bytes) -> None:
    """Nothing, where in each object of the JSON `body` all keys differ, also for who tells no letter case.

    Raises:
        RequestError: one is there twice, or objects are too deep in each other.
    """
    try:
        # Numbers are not looked at: who reads one of thousands of digits waits for it.
        json.loads(body, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except RecursionError:
        raise RequestError("the body is nested too deeply: send it flatter") from None


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        plain = folded(key)
        if plain in seen:
            raise RequestError(
                f"{quoted(key)}: is there twice, for those who tell no letter case: send it once"
            )
        seen.add(plain)
