"""When a limit is reached if use goes on as it did. Pure, and exact but for the last millisecond."""

from typing import Final

from interlock.ledger.account import PARTS
from interlock.model.balances import Standing
from interlock.units import Instant

_SHORTEST: Final = 1
"""What was just begun is taken to last for a millisecond: nobody can divide by less."""


def exhausted_at(
    standing: Standing, limit: int, *, began: Instant, ends: Instant | None, now: Instant
) -> Instant | None:
    """When all of `limit` is spent if as much is spent in any time as there was from `began` until `now`.

    It is `now` where it is already. None where that is not before `ends`, or
    there is no end: what lasts for ever has no pace. What is held is not
    counted, since nobody knows yet how much of it is spent.
    """
    if ends is None:
        return None
    spent = standing.spent * PARTS + standing.parts
    left = limit * PARTS - spent
    if left <= 0:
        return now
    if spent == 0:
        return None
    elapsed = max(now - began, _SHORTEST)
    at = now + -(-left * elapsed // spent)
    return Instant(at) if at < ends else None
