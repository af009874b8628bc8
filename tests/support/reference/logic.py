"""What `&&`, `||`, `all` and `exists` share: operands whose errors count only where none decides."""

from typing import Any, TypeAlias

from support.reference.errors import CelError

Outcome: TypeAlias = Any
"""A value, or in its place the `CelError` that it is."""


def truth(value: Any) -> bool:
    """`value`, which has to be a bool."""
    if value is True or value is False:
        return bool(value)
    raise CelError("not a bool")


def conjunction(outcomes: list[Outcome]) -> bool:
    """False if any operand is; otherwise an error unless all are true."""
    if any(outcome is False for outcome in outcomes):
        return False
    if all(outcome is True for outcome in outcomes):
        return True
    raise CelError("an operand is an error or no bool")


def disjunction(outcomes: list[Outcome]) -> bool:
    """True if any operand is; otherwise an error unless all are false."""
    if any(outcome is True for outcome in outcomes):
        return True
    if all(outcome is False for outcome in outcomes):
        return False
    raise CelError("an operand is an error or no bool")
