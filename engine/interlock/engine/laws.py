"""Which law of composition keeps a permit from helping. Pure: read off the decision.

The laws, with what proves them, are in docs/explanation/composition.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from interlock.model.decision import Decision, Demand
from interlock.model.policy import Effect
from interlock.model.verdict import PERMITTED, Verdict


class Law(StrEnum):
    """The laws that explanations name."""

    DENY_OVERRIDES = "DENY_OVERRIDES"
    LAYER_CEILING = "LAYER_CEILING"
    ERROR_NEVER_OPENS = "ERROR_NEVER_OPENS"
    NON_INTERFERENCE = "NON_INTERFERENCE"
    OBL_UNKNOWN_DENIES = "OBL_UNKNOWN_DENIES"

    @property
    def statement(self) -> str:
        """What the law says, as the rest of a sentence."""
        return _STATEMENTS[self]


_STATEMENTS: Final = {
    Law.DENY_OVERRIDES: "no permit takes back a denial",
    Law.LAYER_CEILING: "a permit counts for its own layer alone",
    Law.ERROR_NEVER_OPENS: "a permit that fails permits nothing",
    Law.NON_INTERFERENCE: "a policy that is not enforced changes no decision",
    Law.OBL_UNKNOWN_DENIES: "an obligation that the caller can't meet denies",
}


@dataclass(frozen=True, slots=True)
class Unavailing:
    """A permit that does not help to allow its item, and the law by which it does not."""

    permit: Verdict
    law: Law


def unavailing(decision: Decision) -> tuple[Unavailing, ...]:
    """Every permit that doesn't help, in the decision's order, each with the law that is in its way."""
    return tuple(_unavailing(decision))


def _unavailing(decision: Decision) -> Iterator[Unavailing]:
    missing, denied = decision.missing, {denial.item for denial in decision.denials}
    for permit in decision.permits:
        if any(_is_about(permit, demand) for demand in missing):
            yield Unavailing(permit, Law.LAYER_CEILING)
        elif permit.item in denied:
            yield Unavailing(permit, Law.DENY_OVERRIDES)
        elif any(each.name in decision.undischarged for each in permit.rule.obligations):
            yield Unavailing(permit, Law.OBL_UNKNOWN_DENIES)
    for permit in decision.errors:
        if permit.rule.effect is Effect.PERMIT and any(_is_about(permit, demand) for demand in missing):
            yield Unavailing(permit, Law.ERROR_NEVER_OPENS)
    for permit in decision.tried:
        if permit.outcome is PERMITTED and any(_is_about(permit, demand) for demand in missing):
            yield Unavailing(permit, Law.NON_INTERFERENCE)


def _is_about(permit: Verdict, demand: Demand) -> bool:
    return (permit.rule.area, permit.item) == (demand.area, demand.item)
