"""What is spent and held on one account, window by window. Pure.

An account is a mapping from buckets to what is booked in them. A bucket is a
window, or a part of a rolling one, and goes by the instant that it starts at.
What a request finds is the sum over the buckets that count for it.

Of these values a ledger holds millions, and none can be part of a cycle: the
garbage collector need not look at them (`gc=False`), which halves what a hold
costs.
"""

from typing import Final, TypeAlias

from msgspec import Struct

from interlock.model.balances import Standing
from interlock.units import Instant

PARTS: Final = 1_000_000
"""Parts of a unit, such as the pico-USD of a micro-USD: what is spent is exact to one of them."""

MOST: Final = 2**53 - 1
"""The largest amount that every store counts exactly, in whole units: some nine billion US dollars."""


class Bucket(Struct, gc=False):
    """What is booked in one bucket since it was `made`; from `forgets` on it counts for no request."""

    made: Instant
    forgets: Instant
    spent: int = 0
    parts: int = 0
    held: int = 0

    def hold(self, amount: int) -> None:
        """Reserve `amount` whole units."""
        self.held += amount

    def give_back(self, amount: int) -> None:
        """Undo a hold of `amount` whole units."""
        self.held -= amount

    def spend(self, actual: int) -> None:
        """Book `actual` parts; beyond `MOST` whole units nothing is counted, and nothing fits any more."""
        whole, self.parts = divmod(self.parts + actual, PARTS)
        self.spent = min(self.spent + whole, MOST)


Account: TypeAlias = dict[Instant, Bucket]


def standing(account: Account, since: Instant, now: Instant) -> Standing:
    """The sum over the buckets of `account` from `since` on that are not forgotten at `now`."""
    if len(account) == 1:  # windows that don't roll have one bucket, and hot loops feel the sums
        ((start, only),) = account.items()
        counts = start >= since and only.forgets > now
        return Standing(only.spent, only.parts, only.held) if counts else Standing()
    spent = parts = held = 0
    for start, bucket in account.items():
        if start >= since and bucket.forgets > now:
            spent += bucket.spent
            parts += bucket.parts
            held += bucket.held
    return Standing(min(spent + parts // PARTS, MOST), parts % PARTS, held)
