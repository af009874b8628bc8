"""What a request draws on accounts, and how these stand before it."""

from enum import StrEnum

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
        if self.used > self.limit:
            return Level.EXCEEDED
        if self._reaches(self.notify_at):
            return Level.NOTICE
        return Level.WARNING if self._reaches(self.warn_at) else Level.WITHIN

    @property
    def denies(self) -> bool:
        """Whether the request does not fit, and what does not fit is denied."""
        return self.on_exceed is not OnExceed.WARN and self.used > self.limit

    def _reaches(self, percentage: int | None) -> bool:
        return percentage is not None and self.used * 100 >= self.limit * percentage


class Uncharged(Struct, frozen=True, kw_only=True):
    """Why nobody knows what a request draws on a budget: then it is denied."""

    budget: BudgetName
    reason: str
    remedy: str


class Held(Struct, frozen=True):
    """What was reserved for the request, and until when."""

    id: str
    expires: Instant
