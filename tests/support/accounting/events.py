"""What happens to a ledger, one event after the other. Only what changed something is an event."""

from typing import TypeAlias

from msgspec import Struct

from interlock.identity import HoldId
from interlock.ledger.hold import Actual, Status, Taking
from interlock.model.balances import Standing
from interlock.units import Instant


class Took(Struct, frozen=True):
    """Everything of `taking` was taken, with this answer to who asks again."""

    at: Instant
    taking: Taking
    standings: tuple[Standing, ...]


class Settled(Struct, frozen=True):
    """The hold was settled."""

    at: Instant
    hold: HoldId
    actual: Actual


class Released(Struct, frozen=True):
    """The hold was released."""

    at: Instant
    hold: HoldId


class Extended(Struct, frozen=True):
    """The hold, which was open, is to be until then."""

    at: Instant
    hold: HoldId
    expires: Instant


class Swept(Struct, frozen=True):
    """What nobody needs was forgotten."""

    at: Instant


Event: TypeAlias = Took | Settled | Released | Extended | Swept


class Fate(Struct, frozen=True):
    """What became of a hold, and when; while it is open, when it will expire."""

    status: Status
    at: Instant
    actual: Actual | None = None
