"""Lists as sets: what is in both, by CEL's equality."""

from typing import Any, Final

from interlock.cel.libraries.membership import Members
from interlock.cel.libraries.overloads import Function, Library, Overload
from interlock.cel.libraries.signatures import function
from interlock.cel.types import BOOL, list_of, parameter


def contains(whole: list[Any], part: list[Any]) -> bool:
    """Whether `whole` has every element of `part`."""
    members = Members(whole)
    return all(element in members for element in part)


def equivalent(left: list[Any], right: list[Any]) -> bool:
    """Whether each list has every element of the other."""
    return contains(left, right) and contains(right, left)


def intersects(left: list[Any], right: list[Any]) -> bool:
    """Whether the lists have an element in common."""
    members = Members(left)
    return any(element in members for element in right)


def _relation(name: str, compute: Function) -> Overload:
    lists = (list_of(parameter("T")), list_of(parameter("T")))
    return function(f"list_sets_{name}_list", f"sets.{name}", lists, BOOL, compute)


VERSIONS: Final = (
    Library(
        name="sets",
        extension=("sets", 0),
        overloads=(
            _relation("contains", contains),
            _relation("equivalent", equivalent),
            _relation("intersects", intersects),
        ),
    ),
)
