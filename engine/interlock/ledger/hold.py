"""What is asked of a ledger: holds, and what goes with them in the same step. Pure.

Amounts of holds are whole units; what was really used comes in parts of a
unit (`interlock.ledger.account.PARTS`). What each request has several of is
written without the names of its fields (`array_like`).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from msgspec import Struct

from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.units import Instant, Milliseconds

REMEMBERED: Final = Milliseconds(60 * 60 * 1000)
"""How long an answer is given again to who asks again, and a hold that was ended stays known."""

LATE: Final = Milliseconds(7 * 24 * 60 * 60 * 1000)
"""How long after its expiry a hold can still be settled."""

FOREVER: Final = Instant(2**53 - 1)
"""An instant that never comes."""

SECRET: Final = 16
"""Bytes of a random nonce: of as many that nobody guesses the id of a hold that has it."""

Actual: TypeAlias = Mapping[str, int]
"""What was really used of each unit, in parts."""


class Line(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What a hold takes of one account.

    It fits while what is used from bucket `since` on and `amount` are at most
    `limit` together; without a limit it always does. It is booked in `bucket`,
    which counts until `forgets`, later than when it is taken.
    """

    account: AccountName
    unit: str
    amount: int
    limit: int | None
    bucket: Instant
    since: Instant
    forgets: Instant


class Hold(Struct, frozen=True, kw_only=True, gc=False):
    """What one request reserves until `expires`; `facts` say who it is for, and go with its settlement.

    Nothing else has this id. Accounts of its lines are all different.
    """

    id: HoldId
    lines: tuple[Line, ...]
    expires: Instant
    facts: dict[str, str]


class RunState(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a run, as its keeper wrote it; `version` says how often it was written."""

    version: int = 0
    text: str = ""


class RunStep(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """A run's next state, to be written only if the run still is at `version`."""

    run: RunId
    version: int
    text: str
    forgets: Instant


class Memo(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """An answer to be given to whoever asks again under `key`, which must be with the same `body`."""

    key: Digest
    body: Digest
    answer: str
    forgets: Instant


class Taking(Struct, frozen=True, kw_only=True):
    """What is to be done in one step or not at all, all of it of one organization."""

    organization: OrganizationName
    holds: tuple[Hold, ...] = ()
    steps: tuple[RunStep, ...] = ()
    memo: Memo | None = None


class Status(StrEnum):
    """What became of a hold."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


def hold_id(organization: OrganizationName, nonce: bytes) -> HoldId:
    """The id of a hold of `organization`, told from others by `nonce`; it says where the hold is kept."""
    return HoldId(f"{_text(organization.encode())}.{_text(nonce)}")


def organization_of(hold: HoldId) -> OrganizationName | None:
    """The organization that `hold` is of; None where it is no id that `hold_id` gives."""
    encoded, _, nonce = hold.partition(".")
    try:
        name = _data(encoded).decode()
    except ValueError:
        return None
    return OrganizationName(name) if nonce and hold == f"{_text(name.encode())}.{nonce}" else None


def nonce_of(hold: HoldId) -> bytes | None:
    """What tells `hold` from others of its organization; None where it is no id that `hold_id` gives."""
    organization, _, nonce = hold.partition(".")
    try:
        data = _data(nonce)
    except ValueError:
        return None
    return data if data and hold == f"{organization}.{_text(data)}" else None


def is_secret(hold: HoldId) -> bool:
    """Whether nobody can guess the id `hold`, as its nonce is random: that of a workload's is a uid."""
    nonce = nonce_of(hold)
    return nonce is not None and len(nonce) == SECRET


def _data(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
