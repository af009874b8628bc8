"""What all rules together said of one Intent.

Evidence is a set of verdicts and one of conflicts, joined by union: a semilattice, so that order,
repetition and grouping can't matter. The empty evidence is its identity, and
verdicts that are not applicable, or satisfied and not of a limit, say nothing,
so they need not be in it.
"""

from collections.abc import Iterable

from msgspec import Struct

from interlock.model.decision import Conflict
from interlock.model.policy import PERMIT
from interlock.model.verdict import ERRORED, VIOLATED, Verdict


class Evidence(Struct, frozen=True):
    """A set of verdicts, and of conflicts between what policies wanted of the object."""

    verdicts: frozenset[Verdict] = frozenset()
    conflicts: frozenset[Conflict] = frozenset()

    @classmethod
    def of(cls, verdicts: Iterable[Verdict], conflicts: Iterable[Conflict] = ()) -> "Evidence":
        """The evidence of these verdicts and conflicts, however they are ordered or repeated."""
        return cls(frozenset(verdicts), frozenset(conflicts))

    def join(self, other: "Evidence") -> "Evidence":
        """The evidence of both."""
        return Evidence(self.verdicts | other.verdicts, self.conflicts | other.conflicts)


def denies(verdict: Verdict) -> bool:
    """Whether `verdict`, if its policy were enforced, would deny.

    A violation does unless a waiver lifts it; an errored `require` or `forbid`
    does unless its policy lawfully ignores errors, and no waiver lifts it. An
    errored `permit` only permits nothing, unless it has obligations: nobody
    knows whether they are due.
    """
    if verdict.outcome is VIOLATED:
        return verdict.waiver is None
    if verdict.outcome is not ERRORED:
        return False
    return bool(verdict.rule.obligations) if verdict.rule.effect is PERMIT else not verdict.ignored
