"""What comes of an evaluation, so that two of them can be compared to the last part."""

from collections.abc import Callable
from typing import Any, Final

from interlock.cel.values import EvaluationError, LimitExceeded
from support.programs import ERROR
from support.reference import CelError, exact

LIMIT: Final = "limit"


def outcome(evaluation: Callable[[], Any]) -> Any:
    """The value with the types of all of its parts, or which of the two failures it is."""
    try:
        value = evaluation()
    except (EvaluationError, CelError):
        return ERROR
    except LimitExceeded:
        return LIMIT
    try:
        return exact(value)
    except KeyError:
        # A library's own value, or no CEL value at all.
        return type(value).__name__, repr(value)
