"""Parts of a unit as decimals of whole units, which is exact. Pure."""

from typing import Final

from interlock.ledger.account import PARTS

_PLACES: Final = len(str(PARTS)) - 1


def decimal_of(parts: int) -> str:
    """`parts` in whole units, such as `19.25`; no number of them has two ways to be written."""
    return shifted(parts, _PLACES)


def parts_of(text: str) -> int:
    """The parts that `decimal_of` wrote.

    Raises:
        ValueError: it wrote no such text.
    """
    whole, point, rest = text.partition(".")
    if not (whole.isdecimal() and whole.isascii() and len(rest) <= _PLACES):
        raise ValueError("no decimal number of a unit")
    if point and not (rest.isdecimal() and rest.isascii()):
        raise ValueError("no decimal number of a unit")
    return int(whole) * PARTS + int(rest.ljust(_PLACES, "0"))


def shifted(number: int, places: int) -> str:
    """`number`, which is not below zero, with its point moved that many places to the left."""
    whole, rest = divmod(number, 10**places)
    return f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".")
