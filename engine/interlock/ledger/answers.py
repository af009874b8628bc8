"""What a ledger answers. Pure."""

from typing import TypeAlias

from msgspec import Struct

from interlock.identity import AccountName, HoldId, OrganizationName, RunId
from interlock.ledger.hold import RunState, Status
from interlock.model.balances import Standing
from interlock.units import Instant


class Held(Struct, frozen=True, tag=True):
    """All was done; how each line's account stands now, hold by hold."""

    standings: tuple[Standing, ...]


class Short(Struct, frozen=True, tag=True):
    """Nothing was done, since at least one line doesn't fit; how each line's account stands without them."""

    standings: tuple[Standing, ...]


class Remembered(Struct, frozen=True, tag=True):
    """Nothing was done: it was before, and this is what was answered, with the standings of then."""

    answer: str
    standings: tuple[Standing, ...]


class Mismatched(Struct, frozen=True, tag=True):
    """Nothing was done: the key, or the id of a hold, belongs to something else."""


class Moved(Struct, frozen=True, tag=True):
    """Nothing was done: these runs went on meanwhile."""

    runs: tuple[RunId, ...]


Taken: TypeAlias = Held | Short | Remembered | Mismatched | Moved


class Glance(Struct, frozen=True):
    """How accounts and runs stand, and what was answered under a key, if anything was."""

    standings: tuple[Standing, ...]
    runs: tuple[RunState, ...]
    answered: Remembered | Mismatched | None = None


class Ended(Struct, frozen=True, tag=True):
    """The hold is as asked; what it was before, and how the accounts of its lines stand."""

    was: Status
    standings: tuple[Standing, ...] = ()


class Extended(Struct, frozen=True, tag=True):
    """The hold is open until then."""

    expires: Instant


class Closed(Struct, frozen=True, tag=True):
    """The hold stays what it is: it can't be ended in another way, nor with another actual use."""

    status: Status


class Unknown(Struct, frozen=True, tag=True):
    """There is no such hold, or none any more."""


class AccountEntry(Struct, frozen=True, kw_only=True):
    """What is booked in one bucket of an account."""

    organization: OrganizationName
    account: AccountName
    bucket: Instant
    standing: Standing


class OpenHold(Struct, frozen=True, kw_only=True):
    """A hold that is neither ended nor expired, with the amounts of its accounts."""

    id: HoldId
    expires: Instant
    facts: dict[str, str]
    amounts: dict[AccountName, int]


class Settlement(Struct, frozen=True, kw_only=True):
    """What one hold really used: parts of each unit, and who it was for."""

    hold: HoldId
    at: Instant
    facts: dict[str, str]
    actual: dict[str, int]
