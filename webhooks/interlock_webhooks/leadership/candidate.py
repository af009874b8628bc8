"""When one of several candidates may take a lease, and how long it leads then. Pure.

Whoever takes or renews it leads for `Terms.leads` from when it began to ask, and
whoever sees a version of it that is not its own waits for `Terms.lasts` from when
it first saw that version. Both are counted on each one's own clock from its own
events, so that no two lead at once, whatever clocks say, as long as none runs
faster than another by more than `lasts / leads`. After client-go's leaderelection,
which leaves less room between the two.
"""

from dataclasses import dataclass, replace
from typing import Final

from interlock.units import Milliseconds
from interlock_webhooks.leadership.lease import Lease

_LONGEST: Final = Milliseconds(300_000)
"""What a lease may ask others to wait at most: it may come from anyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long a lease lasts for others, and its holder leads by it; every how long it is looked at.

    Whatever a leader began while it led has ended before another leads, if it takes less than
    `lasts - leads`.
    """

    lasts: Milliseconds
    leads: Milliseconds
    every: Milliseconds


TERMS: Final = Terms(lasts=Milliseconds(30_000), leads=Milliseconds(15_000), every=Milliseconds(3_000))


class Candidate:
    """One that would lead. `now` is always by its own clock, which never goes backwards."""

    def __init__(self, identity: str, terms: Terms) -> None:
        self.identity = identity
        self.until = Milliseconds(0)
        self._terms = terms
        self._seen = ""
        self._seen_at = Milliseconds(0)

    def leads(self, now: Milliseconds) -> bool:
        """Whether it may act as the leader."""
        return now < self.until

    def sees(self, found: Lease | None, now: Milliseconds) -> Lease | None:
        """What is to be stored in place of `found`, which is there `now`; None where it has to wait.

        Stored only if `found` is still there, by its version, or nothing if it is None.
        """
        if found is None:
            return Lease(version="", holder=self.identity, lasts=self._terms.lasts)
        if found.version != self._seen:
            self._seen, self._seen_at = found.version, now
        if found.holder == self.identity:
            return replace(found, lasts=self._terms.lasts)
        waits = max(self._terms.lasts, min(found.lasts, _LONGEST))
        if found.holder and now - self._seen_at < waits:
            return None
        transitions = found.transitions + 1
        return Lease(
            version=found.version, holder=self.identity, lasts=self._terms.lasts, transitions=transitions
        )

    def stored(self, began: Milliseconds) -> None:
        """Lead: what `sees` wanted is stored, which was begun at `began`."""
        self.until = Milliseconds(began + self._terms.leads)

    def resigns(self) -> None:
        """Lead no more."""
        self.until = Milliseconds(0)
