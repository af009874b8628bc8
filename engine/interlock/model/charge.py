"""What a request draws on accounts, and how these stand before it."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from interlock.identity import BudgetName
from interlock.model.budget import OnExceed, Unit
from interlock.units import Instant, Milliseconds


class Level(StrEnum):
    """How much of a limit is used, once the request is counted."""

    WITHIN = "within"
    WARNING = "warning"
    NOTICE = "notice"
    EXCEEDED = "exceeded"


# Looking a member up in its enum takes longer than all that is compared.
_WITHIN: Final = Level.WITHIN
_WARNING: Final = Level.WARNING
_NOTICE: Final = Level.NOTICE
_EXCEEDED: Final = Level.EXCEEDED
_WARN: Final = OnExceed.WARN


class Charge(Struct, frozen=True, kw_only=True):
    """An amount of one account, of which `spent` and `held` are gone.

    All are whole units; `spent` is rounded up. `within` is the time that a
    burst limit holds for, and `ends` when its window does, where it does.
    """

    budget: BudgetName
    unit: Unit
    key: str
    amount: int
    limit: int
    spent: int
    held: int
    on_exceed: OnExceed
    warn_at: int | None = None
    notify_at: int | None = None
    within: Milliseconds | None = None
    ends: Instant | None = None

    @property
    def used(self) -> int:
        """What is gone of the limit, with the request."""
        return self.spent + self.held + self.amount

    @property
    def left(self) -> int:
        """What is left of the limit without the request."""
        return max(self.limit - self.spent - self.held, 0)

    @property
    def level(self) -> Level:
        """How much of the limit is used."""
        used, limit = self.used, self.limit
        if used > limit:
            return _EXCEEDED
        if self.notify_at is not None and used * 100 >= limit * self.notify_at:
            return _NOTICE
        if self.warn_at is not None and used * 100 >= limit * self.warn_at:
            return _WARNING
        return _WITHIN

    @property
    def denies(self) -> bool:
        """Whether the request does not fit, and what does not fit is denied."""
        return self.on_exceed is not _WARN and self.used > self.limit


class Uncharged(Struct, frozen=True, kw_only=True):
    """Why nobody knows what a request draws on a budget: then it is denied."""

    budget: BudgetName
    reason: str
    remedy: str


class Held(Struct, frozen=True):
    """What was reserved for the request, and until when."""

    id: str
    expires: Instant
