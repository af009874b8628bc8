"""Who calls, as the program around a call knows it. Knows nothing of what is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from typing_extensions import Unpack  # TypedDicts of it are those that pydantic takes

from interlock.intents.caller import Caller

_CALLER: Final[ContextVar[Caller]] = ContextVar("interlock_caller")


@contextmanager
def calling(**caller: Unpack[Caller]) -> Iterator[None]:
    """Every guarded call within is made by `caller`: `principal`, `agent`, `run`, `attribution`, `data`.

    What is not given is as around it. Tasks and threads that `asyncio` starts
    within inherit it; other threads begin without.

        >>> from interlock import calling
        >>> with calling(principal={"id": "jane"}), calling(run={"id": "r-1"}):
        ...     present()
        {'principal': {'id': 'jane'}, 'run': {'id': 'r-1'}}
    """
    token = _CALLER.set({**present(), **caller})
    try:
        yield
    finally:
        _CALLER.reset(token)


def present() -> Caller:
    """Who calls here; empty where nobody said."""
    return _CALLER.get({})
