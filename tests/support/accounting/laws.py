"""The laws of every ledger, by name, and what says that one of them is broken."""

from enum import StrEnum

import msgspec


class Law(StrEnum):
    """What holds of every ledger, whatever is asked of it and however it is kept."""

    NO_OVERSPEND = "what is held never brings an account over its limit"
    CONSERVATION = "what is spent and held is the sum of all that happened, bucket by bucket"
    DENY_HOLDS_NOTHING = "what is refused changes nothing"
    EXACTLY_ONCE = "what is said again does nothing again"
    HOLD_EXPIRES = "a hold is open until just before it expires"
    AVAIL_IS_MIN = "what fits is what the tightest account has left"
    EXACT_MONEY = "amounts are whole numbers"
    ATOMIC_LINEAGE = "a step is done on all accounts or on none"


class Broken(AssertionError):  # noqa: N818 - it is the law that is broken
    """A ledger did what `law` forbids."""

    def __init__(self, law: Law, said: object) -> None:
        super().__init__(f"{law.name}: {law}: {said}")
        self.law = law


def hold_to(law: Law, said: object, *, is_kept: bool) -> None:
    """Nothing, if `law` is kept; `said` is what to look at if it isn't."""
    if not is_kept:
        raise Broken(law, said)


def exact(answer: object) -> None:
    """Nothing, if every amount in `answer` is a whole number."""
    hold_to(Law.EXACT_MONEY, answer, is_kept=not _has_float(msgspec.to_builtins(answer)))


def _has_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_float, value))
    return isinstance(value, float)
