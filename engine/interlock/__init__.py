"""Interlock: a policy-as-code admission engine for AI platforms.

What programs use of it has its name here (docs/reference/python.md). Each is
imported when it is first asked for, so that `import interlock` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from interlock.engine import Engine as Engine

_HOMES: Final = {"Engine": "interlock.engine"}

if not TYPE_CHECKING:  # whose checkers know the names above, and take any other for a mistake

    def __getattr__(name: str) -> object:
        """The thing that `name` is for."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"`interlock` has no {name!r}: it has {', '.join(sorted(_HOMES))}")
        return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
