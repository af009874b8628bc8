"""What all function families share: what a function is, and what it says when no overload fits."""

from collections.abc import Callable
from typing import Any

from interlock.cel.values import EvaluationError, type_of

Function = Callable[..., Any]
"""Takes CEL values and returns one, or raises EvaluationError.

Its messages end up in decision logs: they name types, never values, which come from requests.
"""


def no_overload(function: str, *arguments: Any) -> EvaluationError:
    """The error of a function that has no overload for these arguments."""
    types = ", ".join(str(type_of(argument)) for argument in arguments)
    return EvaluationError(f"no such overload: {function}({types})")
