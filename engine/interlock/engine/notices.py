"""Which holds took an account past the share of its limit that its operators want to know of.

Only the ledger knows how an account stands when a hold is taken, and each hold
sees another standing: of all that are taken in a window, one reaches the share.
"""

from collections.abc import Iterator, Sequence

from interlock.engine.charging import Draw
from interlock.model.balances import Standing


def notices(draws: Sequence[Draw], standings: Sequence[Standing]) -> Iterator[str]:
    """What operators are told, where accounts stand as in `standings` once all of `draws` are held."""
    for draw, standing in zip(draws, standings, strict=True):
        percentage = draw.budget.notify_at
        if percentage is None or draw.within is not None:
            continue
        share = draw.limit * percentage
        if (standing.used - draw.line.amount) * 100 < share <= standing.used * 100:
            whose = f" of `{draw.key}`" if draw.key else ""
            yield f"budget `{draw.budget.name}`{whose} has reached {percentage} % of its {draw.line.unit}"
