"""What decisions say of approvals: that one would help, that one was given, or why it counts for nothing.

Source: AuthZEN Access Request and Approval Profile 1.0, draft 1. Nothing is said
where no policy advises to ask for one.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Mapping
from typing import Any, Final, Protocol

from interlock.clock import now
from interlock.errors import RequestError
from interlock.instants import rfc3339
from interlock.intents.check import CheckRequest
from interlock.model.decision import Decision
from interlock_webhooks.approvals import denial as denials
from interlock_webhooks.approvals.advice import approvers_of, claims_of
from interlock_webhooks.approvals.approvals import NOT_GIVEN, Given
from interlock_webhooks.approvals.binding import bound
from interlock_webhooks.approvals.denial import Denial
from interlock_webhooks.authzen.asking import check_of
from interlock_webhooks.authzen.codec import reason
from interlock_webhooks.authzen.discovery import ACCESS_REQUESTS
from interlock_webhooks.clients.client import Client
from interlock_webhooks.service import Service

_NONCE: Final = 16
_SOMEBODY: Final = "somebody"
"""Who is supposed to approve, where policies do not name who may."""

_DENIED: Final = {"next_action": "none", "reason": "policy_denied"}


class Asking(Protocol):
    """Says what would be decided, and takes nothing."""

    def __call__(self, check: CheckRequest, client: Client) -> Awaitable[Decision]:
        """The decision on `check` of `client`. Raises RequestError."""
        ...


class Appeals:
    """Approvals, as evaluations of one service tell of them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def given(self, evaluation: Mapping[str, Any], client: Client) -> Given:
        """What the approval in the context of `evaluation` is good for."""
        context = evaluation.get("context")
        approval = context.get("approval") if isinstance(context, dict) else None
        if approval is None:
            return NOT_GIVEN
        return await asyncio.to_thread(self._service.approvals.given, evaluation, approval, client.name, now())

    def approved(self, given: Given) -> dict[str, Any]:
        """What an allowance says of the approval that was `given`."""
        return {} if given.until is None else {"approval": {"approved_until": rfc3339(given.until)}}

    async def denied(
        self,
        evaluation: Mapping[str, Any],
        recorded: Mapping[str, Any],
        given: Given,
        client: Client,
        asking: Asking,
    ) -> dict[str, Any]:
        """What the `recorded` denial says: why what was `given` did not help, and how to ask for approval."""
        if given.claims:
            return _DENIED
        offer = await self._offer(evaluation, recorded, client, asking)
        if not given.why:
            return offer
        if given.next_action == "request" and not offer:
            return {"next_action": "none", "reason": given.why}
        return offer | {"next_action": given.next_action, "reason": given.why}

    async def _offer(
        self, evaluation: Mapping[str, Any], recorded: Mapping[str, Any], client: Client, asking: Asking
    ) -> dict[str, Any]:
        """How to ask for an approval; nothing where none would help."""
        approvals, claims, approvers = self._service.approvals, claims_of(recorded), approvers_of(recorded)
        access = bound(evaluation)
        if access is None or not claims or approvers == ():
            return {}
        supposed = dict.fromkeys(claims, approvers[0] if approvers else _SOMEBODY)
        try:
            decision = await asking(check_of(evaluation, supposed), client.vouched_for(claims))
        except RequestError:
            return {}
        if not decision.allowed:
            return {}
        denial = Denial(
            access=access,
            claims=list(claims),
            approvers=list(approvers or ()),
            why=reason(recorded),
            policy_set=recorded["policySet"],
            client=client.name,
        )
        evaluation_id = f"eval_{secrets.token_urlsafe(_NONCE)}"
        endpoint = f"{self._service.url}{ACCESS_REQUESTS}"
        return denials.encoded(denial, evaluation_id, approvals.signer, endpoint, now())
