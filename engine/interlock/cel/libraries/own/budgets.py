"""What is left of a budget, and how much of it is used; no result leaves 64 bits."""

from typing import Final

from interlock.cel.libraries.overloads import Overload
from interlock.cel.libraries.signatures import function
from interlock.cel.types import INT
from interlock.cel.values import MAX_INT, EvaluationError


def headroom(limit: int, used: int) -> int:
    """What may still be used: never less than nothing."""
    return min(max(limit - used, 0), MAX_INT)


def share(used: int, limit: int) -> int:
    """The percentage of `limit` that is used, rounded up: 100 or less exactly where the limit is kept.

    Raises:
        EvaluationError: the limit is not positive, and so has no parts.
    """
    if limit <= 0:
        raise EvaluationError("share of a limit that is not positive")
    return min(max(-(-used * 100 // limit), 0), MAX_INT)


OVERLOADS: Final[tuple[Overload, ...]] = (
    function("headroom_int_int", "headroom", (INT, INT), INT, headroom),
    function("share_int_int", "share", (INT, INT), INT, share),
)
