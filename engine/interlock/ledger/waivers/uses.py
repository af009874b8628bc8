"""How many uses a counted waiver has left: the rules that every store keeps.

A waiver is counted under the digest of what was approved, so a renewed one
starts anew, and one that is loaded again goes on. Pure.
"""

from collections.abc import Collection
from typing import Final, Protocol, TypeAlias

from msgspec import Struct

from interlock.digests import digest_of
from interlock.identity import Digest
from interlock.model.waiver import Waiver
from interlock.units import Instant, Milliseconds

REMEMBERED: Final = Milliseconds(60 * 60 * 1000)
"""How long a request that is made again is known to hold its uses already."""


class Quota(Struct, frozen=True):
    """One approval, and how many uses it has in all."""

    approval: Digest
    most: int


class Claim(Struct, frozen=True):
    """Who asks for uses, and when; `request` is the same where one request is made again."""

    now: Instant
    request: Digest | None = None


Left: TypeAlias = dict[Digest, int]
"""How many uses each approval has left."""


class Uses(Protocol):
    """Counts uses. Threads may share it.

    Raises OperatorError where it can't be read or written; then nothing is taken.
    """

    def left(self, quota: Quota, claim: Claim) -> int:
        """How many uses `quota` has left for the request that claims them."""
        ...

    def take(self, quotas: Collection[Quota], claim: Claim) -> Left | None:
        """What was left before one use of each of `quotas` was taken, or None where one had none: then none is.

        What the request holds already is not taken again.
        """
        ...


def quota_of(waiver: Waiver) -> Quota | None:
    """The quota of `waiver`, or None where nobody counts its uses.

    It is not counted under its reason or the number of its uses: a reworded
    waiver is the same one, and one that gets more uses has had those it had.
    """
    if waiver.max_uses is None:
        return None
    rules = sorted([each.policy, each.rule, each.digest] for each in waiver.rules)
    terms = [waiver.scope.text, waiver.owner, waiver.approver, waiver.starts, waiver.expires]
    return Quota(digest_of([waiver.name, waiver.layer, rules, terms]), waiver.max_uses)


def balance(quota: Quota, taken: int, *, is_held: bool) -> int:
    """What `quota` has left where `taken` uses are gone, for a request of which one is where `is_held`."""
    return max(quota.most - taken, 0) + is_held


def is_remembered(taken: Instant, now: Instant) -> bool:
    """Whether a use taken then still belongs to its request."""
    return now - taken < REMEMBERED
