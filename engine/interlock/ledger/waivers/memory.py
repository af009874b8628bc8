"""Uses counted in memory: for one process, and forgotten with it."""

from collections import Counter
from collections.abc import Collection
from threading import Lock

from interlock.identity import Digest
from interlock.ledger.waivers.uses import Claim, Left, Quota, balance, is_remembered
from interlock.units import Instant


class MemoryUses:
    """Counts uses for as long as it lives."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: Counter[Digest] = Counter()
        self._held: dict[tuple[Digest, Digest], Instant] = {}
        """When a request took a use of an approval, as a rule the longest ago first."""

    def left(self, quota: Quota, claim: Claim) -> int:
        """How many uses `quota` has left for the request that claims them."""
        with self._lock:
            return self._left(quota, claim)

    def take(self, quotas: Collection[Quota], claim: Claim) -> Left | None:
        """What was left before one use of each of `quotas` was taken, or None where one had none."""
        with self._lock:
            self._forget(claim.now)
            before = {quota.approval: self._left(quota, claim) for quota in quotas}
            if not all(before.values()):
                return None
            for approval in before:
                self._take(approval, claim)
            return before

    def _left(self, quota: Quota, claim: Claim) -> int:
        return balance(quota, self._taken[quota.approval], is_held=self._is_held(quota.approval, claim))

    def _is_held(self, approval: Digest, claim: Claim) -> bool:
        if claim.request is None:
            return False
        taken = self._held.get((claim.request, approval))
        return taken is not None and is_remembered(taken, claim.now)

    def _take(self, approval: Digest, claim: Claim) -> None:
        if self._is_held(approval, claim):
            return
        self._taken[approval] += 1
        if claim.request is not None:
            self._held[claim.request, approval] = claim.now

    def _forget(self, now: Instant) -> None:
        """Drop what no request can claim any more, so that memory is bounded by the uses of an hour."""
        for key, taken in list(self._held.items()):
            if is_remembered(taken, now):
                return
            del self._held[key]
