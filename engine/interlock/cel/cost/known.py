"""What is known of a value before it is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final

from interlock.cel.cost import limits
from interlock.cel.cost.ranges import NOTHING, ONE, UNKNOWN, ZERO, Range, exactly
from interlock.cel.cost.sizes import Path
from interlock.cel.types import CelType


@dataclass(frozen=True, slots=True)
class Entries:
    """The sizes of the keys and values of a map, or of the indices and elements of a list."""

    is_list: bool
    keys: Range
    values: Range

    def __or__(self, other: "Entries") -> "Entries":
        return Entries(self.is_list, self.keys | other.keys, self.values | other.values)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an expression may cost, and how large its value may be; None where that isn't known."""

    cost: Range
    size: Range | None = None
    entries: Entries | None = None
    path: Path = ()


EMPTY: Final = Entries(is_list=True, keys=ONE, values=ZERO)
"""Those of an empty list."""


def or_unknown(size: Range | None) -> Range:
    """`size`, or any size where it isn't known."""
    return UNKNOWN if size is None else size


def united(first: Estimate, second: Estimate) -> Entries | None:
    """The entries of either, where they are known of both."""
    return None if first.entries is None or second.entries is None else first.entries | second.entries


def either(condition: Range, then: Estimate, otherwise: Estimate) -> Estimate:
    """The value of one of two branches, after a condition of this cost."""
    size = or_unknown(then.size) | or_unknown(otherwise.size)
    return Estimate(condition + (then.cost | otherwise.cost), size, united(then, otherwise))


def _extent(sizes: list[Range | None]) -> Range:
    """The sizes of all elements of a literal."""
    return reduce(Range.__or__, map(or_unknown, sizes), NOTHING) if sizes else ZERO


def of_list(elements: list[Estimate]) -> Estimate:
    """A list that is written down."""
    cost = reduce(Range.__add__, (each.cost for each in elements), exactly(limits.LIST))
    values = _extent([each.size for each in elements])
    return Estimate(cost, exactly(len(elements)), Entries(is_list=True, keys=ONE, values=values))


def of_map(entries: list[tuple[Estimate, Estimate]]) -> Estimate:
    """A map that is written down."""
    cost = reduce(Range.__add__, (side.cost for entry in entries for side in entry), exactly(limits.MAP))
    keys = _extent([key.size for key, _ in entries])
    values = _extent([value.size for _, value in entries])
    return Estimate(cost, exactly(len(entries)), Entries(is_list=False, keys=keys, values=values))


def iterated(names: tuple[str, ...], range_: Estimate, type_: CelType) -> Mapping[str, Estimate]:
    """The variables of a loop over `range_`, and what is known of them."""
    known = range_.entries
    is_list = known.is_list if known else type_.name == "list"

    def variable(size: Range | None, part: str) -> Estimate:
        return Estimate(ONE, size, path=(*range_.path, part))

    keys = variable(known.keys if known else None, "@indices" if is_list else "@keys")
    values = variable(known.values if known else None, "@items" if is_list else "@values")
    if len(names) == 1:
        return {names[0]: values if is_list else keys}
    return dict(zip(names, (keys, values), strict=True))
