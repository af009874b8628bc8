"""How long something is to last, as callers say it. Pure."""

from typing import Final

from interlock.errors import RequestError
from interlock.loading.kinds.amounts import milliseconds
from interlock.spelling import quoted
from interlock.units import Milliseconds

LONGEST_HOLD: Final = Milliseconds(7 * 24 * 60 * 60 * 1000)
"""A week: longer than what any call takes; who needs more extends."""


def lasting(value: object, path: str) -> Milliseconds:
    """The length of time that `value` writes, at most `LONGEST_HOLD`. Raises RequestError."""
    length = milliseconds(value)
    if length is None or length > LONGEST_HOLD:
        shown = quoted(value) if isinstance(value, str) else "no text"
        message = f"`{path}` is {shown}: send a length of time up to `7d`, such as `90s` or `10m`"
        raise RequestError(message, path=f"$.{path}")
    return length
