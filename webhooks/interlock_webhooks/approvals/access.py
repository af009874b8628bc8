"""An access that somebody asks to have approved, and what becomes of that. Pure.

Source: AuthZEN Access Request and Approval Profile 1.0, draft 1, "State Transitions":
it is pending, and then one of the others for ever.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from interlock.checks.approving import Status
from interlock.errors import ConflictError, RequestError
from interlock.units import Instant, days

LONGEST: Final = days(7)
"""How long an approval holds at most."""

PENDING_FOR: Final = days(3)
"""How long somebody may take to approve."""


class AccessRequest(Struct, frozen=True, kw_only=True):
    """What `client` asks to have approved: `access`, with the context that its approval is bound to.

    An approval gives the `claims`, and only one of `approvers`, where they are
    named. `by` is who decided, `at` when, and `until` how long an approval holds.
    `policy_set` is what denied it.
    """

    id: str
    client: str
    access: Mapping[str, Any]
    claims: tuple[str, ...]
    approvers: tuple[str, ...]
    why: str
    justification: str
    policy_set: str
    asked: Instant
    expires: Instant
    status: Status = Status.PENDING
    by: str = ""
    at: Instant | None = None
    until: Instant | None = None

    @property
    def subject(self) -> str:
        """Who wants access."""
        return str(self.access["subject"]["id"])

    def as_of(self, now: Instant) -> "AccessRequest":
        """What it is at `now`: one that is pending expires."""
        if self.status is Status.PENDING and now >= self.expires:
            return replace(self, status=Status.EXPIRED)
        return self

    def approved(self, by: str, until: Instant, now: Instant) -> "AccessRequest":
        """It, approved until then.

        Raises:
            ConflictError: it isn't pending any more.
            RequestError: they may not approve it, or not for so long.
        """
        self._check_pending(now)
        if by == self.subject:
            message = "`approver`: nobody approves their own access: ask somebody else"
            raise RequestError(message, path="$.approver")
        if self.approvers and by not in self.approvers:
            raise RequestError("`approver`: policies name others who approve this", path="$.approver")
        if not now < until <= now + LONGEST:
            raise RequestError("`until`: send a time within the next 7 days", path="$.until")
        return replace(self, status=Status.APPROVED, by=by, at=now, until=until)

    def denied(self, by: str, now: Instant) -> "AccessRequest":
        """It, denied for ever. Raises ConflictError."""
        self._check_pending(now)
        return replace(self, status=Status.DENIED, by=by, at=now)

    def cancelled(self, now: Instant) -> "AccessRequest":
        """It, taken back: also after it was approved, which then holds no more. Raises ConflictError."""
        if self.status is not Status.APPROVED:
            self._check_pending(now)
        return replace(self, status=Status.CANCELLED, at=now)

    def holds(self, now: Instant) -> bool:
        """Whether it is approved, and still is at `now`."""
        return self.status is Status.APPROVED and self.until is not None and now < self.until

    def _check_pending(self, now: Instant) -> None:
        status = self.as_of(now).status
        if status is not Status.PENDING:
            raise ConflictError(f"`id`: it is {status} already, and stays so", path="$.id")
