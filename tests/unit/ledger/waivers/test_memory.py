"""What memory keeps of requests, and for how long."""

import weakref
from typing import Final

from interlock.identity import Digest
from interlock.ledger.waivers.memory import MemoryUses
from interlock.ledger.waivers.uses import REMEMBERED, Claim, Quota
from interlock.units import Instant

_NOW: Final = Instant(1_767_225_600_000)
_QUOTA: Final = Quota(Digest("sha256:trial"), 9)


class _Named(str):
    """A digest that says when nobody has it any more."""

    __slots__ = ("__weakref__",)


def test_requests_are_forgotten_when_nobody_can_claim_their_uses() -> None:
    uses = MemoryUses()
    name = _Named("request")
    kept = weakref.ref(name)
    uses.take([_QUOTA], Claim(_NOW, Digest(name)))
    del name
    uses.take([_QUOTA], Claim(Instant(_NOW + REMEMBERED - 1)))
    assert kept() is not None
    uses.take([_QUOTA], Claim(Instant(_NOW + REMEMBERED)))
    assert kept() is None
    assert uses.left(_QUOTA, Claim(_NOW)) == 6
