"""Policies that can apply, asked about one Intent: verdicts, with what waivers lift."""

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.engine.funds import SharedFunds, UndecidableError, check_deadline
from interlock.engine.index import Candidates
from interlock.engine.judge import judge
from interlock.engine.lifting import Lifting
from interlock.model.area import items, path
from interlock.model.intent import Intent
from interlock.model.verdict import Verdict

_MOST_TIME: Final = 5_000_000
"""Nanoseconds that policies which aren't enforced may take of a decision that is waited for."""

_SHARE: Final = 8
"""And the part of the time left that they may take."""

_log = logging.getLogger("interlock")


def ask(
    candidates: Iterable[Candidates], intent: Intent, activation: Activation, lifting: Lifting
) -> list[Verdict]:
    """What every rule of `candidates` says of `intent`, waivers considered.

    Raises:
        UndecidableError: they cost too much together, or take too long.
    """
    asked = [(each, items(each.area, intent)) for each in candidates]
    costs = lifting.policies.costs
    shared = None if _is_affordable(asked, activation, costs.decision) else SharedFunds(costs.decision)
    said: list[Verdict] = []
    for each, members in asked:
        for number, member in enumerate(members):
            activation[each.variable] = member
            place = path(each.area, number)
            said += judge(each, activation, place, costs=costs, shared=shared)
    lifted = lifting.lifted(said, activation)
    check_deadline(activation.until)
    return lifted


def attempt(
    candidates: Iterable[Candidates], intent: Intent, activation: Activation, lifting: Lifting
) -> tuple[list[Verdict], str]:
    """What policies that aren't enforced say, or nothing and why.

    They are asked after all others and have a budget of their own, of costs and
    of time, so that nothing they do can change a decision, this one or the next.
    """
    activation.until = _slice(activation.until)
    try:
        return ask(candidates, intent, activation, lifting), ""
    except UndecidableError as error:
        return [], str(error)
    except Exception as error:  # noqa: BLE001  # whatever broke, the decision stands without them
        _log.exception("policies that are not enforced failed")
        return [], f"internal error: {type(error).__name__}"


def _slice(until: int | None) -> int | None:
    """When those that aren't enforced are to end: soon, so that who waits does not wait for them."""
    if until is None:
        return None
    now = time.monotonic_ns()
    return now + min(_MOST_TIME, (until - now) // _SHARE)


def _is_affordable(
    asked: Sequence[tuple[Candidates, Sequence[Any]]], activation: Activation, limit: int
) -> bool:
    """Whether all expressions are sure to cost no more than `limit` together."""
    most = 0
    for candidates, members in asked:
        most += candidates.most * len(members)
    if most <= limit:
        return True
    extent = activation.extent
    return sum(candidates.cost(extent) * len(members) for candidates, members in asked) <= limit
