"""Names that somebody else reads, too, and may tell no letter case in: they have to mean the same to all. Pure.

Some take a `Model` for a `model`. Who could choose what is decided, and what is done, by that needs no policy.
"""

from collections.abc import Iterable

from interlock.errors import RequestError
from interlock.spelling import quoted


def check_case(names: Iterable[str]) -> None:
    """Nothing, where all of `names` are what they are in lower case.

    Raises:
        RequestError: only some readers take one for that.
    """
    for name in names:
        plain = folded(name)
        if name != plain:
            raise RequestError(f"{quoted(name)}: some read it as {quoted(plain)}: send that")


def folded(name: str) -> str:
    """`name` as who tells no letter case reads it: to some a long `s` and a dotless `i` are letters of ours."""
    return name.upper().casefold()
