"""What can be asked, whether it is in this process or a service: a synchronous and an asynchronous protocol."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from interlock.checks.holds import HoldAnswer, Settlement
from interlock.intents.check import CheckRequest
from interlock.sdk.result import CheckResult


class AsyncPoint(Protocol):
    """Decides checks, and hears what became of holds. Each call is answered `within` a time, if that is given.

    Raises:
        RequestError: the call can't be understood; NotFoundError and ConflictError are of holds and keys.
        UnavailableError: there is no answer. None of these is an allowance.
    """

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        """The decision on `check`, and what it draws is held if that allows."""
        ...

    async def check_batch(
        self,
        checks: Sequence[CheckRequest],
        *,
        linked: bool = False,
        idempotency_key: str | None = None,
        within: timedelta | None = None,
    ) -> list[CheckResult]:
        """One decision for each of `checks`; of `linked` ones all allow, or none does."""
        ...

    async def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        """That what was used is booked. Once is as good as twice."""
        ...

    async def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        """That nothing was used. Once is as good as twice."""
        ...

    async def extend(self, hold: str, hold_for: timedelta, *, within: timedelta | None = None) -> HoldAnswer:
        """That the hold lasts so long from now on, at least."""
        ...


class Point(Protocol):
    """The same for programs without an event loop."""

    def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        """As `AsyncPoint.check`."""
        ...

    def check_batch(
        self,
        checks: Sequence[CheckRequest],
        *,
        linked: bool = False,
        idempotency_key: str | None = None,
        within: timedelta | None = None,
    ) -> list[CheckResult]:
        """As `AsyncPoint.check_batch`."""
        ...

    def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        """As `AsyncPoint.settle`."""
        ...

    def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        """As `AsyncPoint.release`."""
        ...

    def extend(self, hold: str, hold_for: timedelta, *, within: timedelta | None = None) -> HoldAnswer:
        """As `AsyncPoint.extend`."""
        ...
