"""Interlock: a policy-as-code admission engine for AI platforms.

What programs use of it has its name here (docs/reference/python.md). Each is
imported when it is first asked for, so that `import interlock` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from interlock.checks.holds import HoldAnswer as HoldAnswer
    from interlock.checks.holds import Settlement as Settlement
    from interlock.checks.holds import Used as Used
    from interlock.engine import Engine as Engine
    from interlock.errors import AuthorError as AuthorError
    from interlock.errors import ConflictError as ConflictError
    from interlock.errors import InterlockError as InterlockError
    from interlock.errors import NotFoundError as NotFoundError
    from interlock.errors import OperatorError as OperatorError
    from interlock.errors import RequestError as RequestError
    from interlock.sdk.client import AsyncClient as AsyncClient
    from interlock.sdk.client import Client as Client
    from interlock.sdk.errors import DeniedError as DeniedError
    from interlock.sdk.errors import UnavailableError as UnavailableError
    from interlock.sdk.gate import Gate as Gate
    from interlock.sdk.guard import Guard as Guard
    from interlock.sdk.guard import ModelCall as ModelCall
    from interlock.sdk.guard import calling as calling
    from interlock.sdk.result import CheckResult as CheckResult

_NAMES: Final = {
    "interlock.checks.holds": ("HoldAnswer", "Settlement", "Used"),
    "interlock.engine": ("Engine",),
    "interlock.errors": (
        *("AuthorError", "ConflictError", "InterlockError", "NotFoundError", "OperatorError", "RequestError"),
    ),
    "interlock.sdk.client": ("AsyncClient", "Client"),
    "interlock.sdk.errors": ("DeniedError", "UnavailableError"),
    "interlock.sdk.gate": ("Gate",),
    "interlock.sdk.guard": ("Guard", "ModelCall", "calling"),
    "interlock.sdk.result": ("CheckResult",),
}
_HOMES: Final = {name: home for home, names in _NAMES.items() for name in names}

if not TYPE_CHECKING:  # whose checkers know the names above, and take any other for a mistake

    def __getattr__(name: str) -> object:
        """The thing that `name` is for."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"`interlock` has no {name!r}: it has {', '.join(sorted(_HOMES))}")
        return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
