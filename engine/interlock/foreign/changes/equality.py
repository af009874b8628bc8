"""When two JSON values are the same: as JSON tells them apart, not as Python does. Pure."""

from typing import Any


def is_same(left: Any, right: Any) -> bool:
    """Whether they are: a boolean is no number, and numbers are the same where they are equal."""
    if left is right:
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_same(each, right[key]) for key, each in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_same, left, right))
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)
