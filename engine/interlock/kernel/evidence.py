"""What all rules together said of one Intent.

Evidence is a set of verdicts, joined by union: a semilattice, so that order,
repetition and grouping can't matter. The empty evidence is its identity, and
verdicts that are satisfied or not applicable say nothing, so they need not be
in it.
"""

from collections.abc import Iterable

from msgspec import Struct

from interlock.model.policy import PERMIT
from interlock.model.verdict import ERRORED, VIOLATED, Verdict


class Evidence(Struct, frozen=True):
    """A set of verdicts."""

    verdicts: frozenset[Verdict] = frozenset()

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Evidence":
        """The evidence of these verdicts, however they are ordered or repeated."""
        return cls(frozenset(verdicts))

    def join(self, other: "Evidence") -> "Evidence":
        """The evidence of both."""
        return Evidence(self.verdicts | other.verdicts)


def denies(verdict: Verdict) -> bool:
    """Whether `verdict`, if its policy were enforced, would deny.

    A violation does unless a waiver lifts it; an errored `require` or `forbid`
    does unless its policy lawfully ignores errors, and no waiver lifts it. An
    errored `permit` only permits nothing.
    """
    if verdict.outcome is VIOLATED:
        return verdict.waiver is None
    return verdict.outcome is ERRORED and verdict.rule.effect is not PERMIT and not verdict.ignored
