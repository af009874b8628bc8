"""Answers whoever asks for approval, and whoever approves.

Files are waited for beside the event loop: what somebody may take days for is not hot.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from msgspec import UNSET

from interlock.checks.approving import Status
from interlock.clock import now
from interlock.errors import NotFoundError, RequestError
from interlock.instants import instant_of, rfc3339
from interlock.units import Instant
from interlock_webhooks import wire
from interlock_webhooks.approvals import codec
from interlock_webhooks.approvals.access import AccessRequest
from interlock_webhooks.approvals.approvals import approval_id
from interlock_webhooks.approvals.problems import Problem, ProblemError
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.refusals import out_of_scope
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.service import Service
from interlock_webhooks.text import quoted

MOST_SHOWN: Final = 1_000
_KEY: Final = b"idempotency-key"
_UNKNOWN: Final = "`id`: there is no such access request"


class ApprovalHandlers:
    """The routes about access requests of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._approvals = service.approvals

    async def submit(self, request: Request) -> Answer:
        """That somebody is asked for approval, or how that stands where they were asked under the same key."""
        key = next((value.decode("latin-1") for name, value in request.headers if name == _KEY), None)
        submission, at = codec.decode_submission(request.body), now()
        try:
            asked = await asyncio.to_thread(self._approvals.submitted, submission, request.client.name, key, at)
        except ProblemError as error:
            return error.answer
        self._service.log.info("approval asked", id=asked.id, client=asked.client)
        return Answer(self._task(asked.as_of(at), at), HTTPStatus.ACCEPTED)

    async def task(self, id_: str, client: Client) -> Answer:
        """How the access request of that id stands, which `client` made."""
        at = now()
        try:
            asked = await asyncio.to_thread(self._approvals.asked, id_, client.name)
        except ProblemError as error:
            return error.answer
        return Answer(self._task(asked.as_of(at), at))

    async def cancel(self, id_: str, client: Client) -> Answer:
        """That it is taken back; an approval that it has holds no more."""
        at = now()
        try:
            await asyncio.to_thread(self._approvals.asked, id_, client.name)
            asked = await self._changed(id_, lambda found: found.cancelled(at))
        except ProblemError as error:
            return error.answer
        except RequestError as error:
            return ProblemError(Problem.INVALID_STATE, str(error)).answer
        return Answer(self._task(asked, at))

    async def waiting(self, client: Client) -> Answer:
        """What waits for somebody of whom `client` may speak."""
        pending = await asyncio.to_thread(self._approvals.requests.pending, now())
        means = client.scope.ids.mean
        theirs = [asked for asked in pending if not asked.approvers or any(map(means, asked.approvers))]
        return Answer(codec.encode_waiting(theirs[:MOST_SHOWN]))

    async def decide(self, request: Request) -> Answer:
        """What somebody, of whom the client may speak, decided."""
        decided, at = codec.decode_decided(request.body), now()
        if not request.client.scope.ids.mean(decided.approver):
            name, approver = quoted(request.client.name), quoted(decided.approver)
            raise out_of_scope(f"`approver`: client {name} may not speak of {approver}: have its scope widened")
        until = _until(decided)

        def change(found: AccessRequest) -> AccessRequest:
            if until is None:
                return found.denied(decided.approver, at)
            return found.approved(decided.approver, until, at)

        asked = await self._changed(decided.id, change)
        self._service.log.info("approval decided", id=asked.id, status=asked.status, client=request.client.name)
        return Answer(codec.encode_shown(asked))

    async def keys(self) -> Answer:
        """What signatures are checked with."""
        return Answer(wire.encode(self._approvals.signer.keys()))

    async def _changed(self, id_: str, change: Callable[[AccessRequest], AccessRequest]) -> AccessRequest:
        changed = await asyncio.to_thread(self._approvals.requests.change, id_, change)
        if changed is None:
            raise NotFoundError(_UNKNOWN, path="$.id")
        return changed

    def _task(self, asked: AccessRequest, at: Instant) -> bytes:
        approval: codec.Approval | None = None
        if asked.status is Status.APPROVED and asked.holds(at):
            approval = {
                "id": approval_id(asked),
                "approved_at": rfc3339(asked.at or at),
                "approved_until": rfc3339(asked.until or at),
                "state": self._approvals.state(asked, at),
            }
        return codec.encode_task(asked, self._service.url, approval)


def _until(decided: codec.Decided) -> Instant | None:
    """Until when an approval is to hold; None where it is denied. Raises RequestError."""
    if decided.decision == "deny":
        return None
    try:
        time = datetime.fromisoformat("" if decided.until is UNSET else decided.until)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise RequestError("`until`: send an RFC 3339 time until which the approval holds", path="$.until")
    return instant_of(time)
