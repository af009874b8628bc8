"""How many tokens a request may write at most, so that what it may use fits. Pure.

A request that asks for more than is left need not be refused where whoever
asks passes on a smaller limit, and every budget that it exceeds allows that.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from interlock.model.budget import OnExceed, Unit
from interlock.model.charge import Charge
from interlock.model.decision import Decision

Price: TypeAlias = Callable[[int], int | None]
"""What the request costs at most, in micro-USD, if it writes that many tokens."""

_WRITING: Final = frozenset({Unit.TOKENS, Unit.OUTPUT_TOKENS, Unit.COST})


def is_clampable(decision: Decision) -> bool:
    """Whether `decision` is a denial for nothing but budgets that let a request be clamped."""
    exceeded = [charge for charge in decision.charges if charge.denies]
    others = (decision.denials, decision.missing, decision.conflicts, decision.undischarged, decision.uncharged)
    return (
        bool(exceeded)
        and not any(others)
        and not decision.failure
        and all(charge.on_exceed is OnExceed.CLAMP for charge in exceeded)
    )


def most_tokens(charges: Iterable[Charge], read: int, asked: int, price: Price) -> int:
    """The most tokens, of `asked`, to be written after `read` so that all `charges` fit; 0 where none do."""
    most = asked
    for charge in charges:
        if charge.on_exceed is OnExceed.WARN or charge.unit not in _WRITING:
            continue
        match charge.unit:
            case Unit.OUTPUT_TOKENS:
                most = min(most, charge.left)
            case Unit.TOKENS:
                most = min(most, charge.left - read)
            case _:
                most = _affordable(charge.left, most, price)
    return max(most, 0)


def _affordable(left: int, asked: int, price: Price) -> int:
    """The most tokens, of `asked`, that cost no more than `left`. A price never falls with their number."""
    fits, too_many = 0, asked + 1
    while fits + 1 < too_many:
        tokens = (fits + too_many) // 2
        cost = price(tokens)
        if cost is not None and cost <= left:
            fits = tokens
        else:
            too_many = tokens
    return fits
