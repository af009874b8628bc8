"""A decision and what its request would draw on accounts.

Everything else is decided first. A budget never opens what a policy denies,
and no waiver lifts what a budget denies.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from interlock.model.charge import Charge, Uncharged
from interlock.model.decision import Decision


def affordable(decision: Decision, charges: Sequence[Charge], uncharged: Sequence[Uncharged]) -> Decision:
    """`decision` with what it would charge; a denial where that does not fit, or nobody knows what it is."""
    if not charges and not uncharged:
        return decision
    charged = replace(decision, charges=_in_order(charges), uncharged=tuple(uncharged))
    if not decision.allowed or not (uncharged or any(charge.denies for charge in charges)):
        return charged
    # What goes with an allowance does not go with a denial.
    return replace(charged, allowed=False, obligations=(), advice=())


def _in_order(charges: Sequence[Charge]) -> tuple[Charge, ...]:
    return tuple(sorted(charges, key=lambda each: (each.budget, each.unit, each.within or 0)))
