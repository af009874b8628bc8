"""How large a value a function may make: checked before it is made."""

from typing import Final

from interlock.cel.values import LimitExceeded

MAX_SIZE: Final = 1_000_000
"""Code points of a text, bytes, or elements of a list."""


def bounded(size: int) -> int:
    """`size`, which a value that is about to be made will have.

    Raises:
        LimitExceeded: it is more than `MAX_SIZE`.
    """
    if size > MAX_SIZE:
        raise LimitExceeded(f"a value of more than {MAX_SIZE} elements or characters")
    return size
