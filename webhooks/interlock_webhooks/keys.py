"""Keys of JSON that somebody else reads, too: they have to mean the same to everybody. Pure.

Of keys that are there twice some readers take the first and some the last, and
some tell no `model` from a `Model`. Who could choose what is decided, and what
is done, by that needs no policy.
"""

import json
from collections.abc import Iterable
from typing import Any

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


def check_case(keys: Iterable[str]) -> None:
    """Nothing, where all of `keys` are what they are in lower case.

    Raises:
        RequestError: only some readers take one for that.
    """
    for key in keys:
        plain = folded(key)
        if key != plain:
            raise RequestError(f"{quoted(key)}: some read it as {quoted(plain)}: send that")


def folded(key: str) -> str:
    """`key` as who tells no letter case reads it: to some a long `s` and a dotless `i` are letters of ours."""
    return key.upper().casefold()


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        plain = folded(key)
        if plain in seen:
            raise RequestError(
                f"{quoted(key)}: is there twice, for those who tell no letter case: send it once"
            )
        seen.add(plain)
