"""Denials that can be asked to be approved: what they say, and that it is they that somebody asks about. Pure.

Source: AuthZEN Access Request and Approval Profile 1.0, draft 1, "Requestable
Denial" and "Verifying the Denial Binding". The token has all that it is bound
to, so nothing is kept of a denial that nobody asks about.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from interlock.instants import rfc3339
from interlock.units import Instant, Milliseconds
from interlock_webhooks.approvals.binding import bound, is_same, without_actor
from interlock_webhooks.approvals.problems import Problem, ProblemError
from interlock_webhooks.approvals.signing import LONGEST, BrokenTokenError, Signer, Sort

LASTS: Final = Milliseconds(10 * 60 * 1000)
"""How long a denial can be asked about."""

REASON: Final = "approval_required"


class Denial(Struct, frozen=True, kw_only=True):
    """A denial that an approval would lift: of which access, by which policies, and why."""

    access: Mapping[str, Any]
    claims: list[str]
    approvers: list[str]
    why: str
    policy_set: str
    client: str


def encoded(denial: Denial, evaluation_id: str, signer: Signer, endpoint: str, now: Instant) -> dict[str, Any]:
    """The members of a decision's context that make `denial` one to ask about; none of what is too large."""
    expires = Instant(now + LASTS)
    claims = {
        "jti": evaluation_id,
        "evaluation_id": evaluation_id,
        "denial_expires_at": rfc3339(expires),
        "binding_context_members": sorted(denial.access["context"]),
        **denial.access,
        "interlock": {
            "claims": denial.claims,
            "approvers": denial.approvers,
            "why": denial.why,
            "policySet": denial.policy_set,
            "client": denial.client,
        },
    }
    token = signer.signed(Sort.DENIAL, claims, now, expires)
    if len(token) > LONGEST:
        return {}
    return {
        "evaluation_id": evaluation_id,
        "evaluated_at": rfc3339(now),
        "reason": REASON,
        "access_request": {
            "endpoint": endpoint,
            "expires_at": rfc3339(expires),
            "binding_token": token,
            "display": {"title": "Ask for approval", "description": denial.why},
        },
    }


def read(submission: Mapping[str, Any], client: str, signer: Signer, now: Instant) -> Denial:
    """The denial that `submission` of `client` asks about.

    Raises:
        ProblemError: it isn't ours, of another access, or too old.
    """
    stated = submission.get("denial")
    token = stated.get("binding_token") if isinstance(stated, dict) else None
    if not isinstance(stated, dict) or not isinstance(token, str):
        raise _unbound("send the `denial` with the `binding_token` of the decision that denied it")
    try:
        claims = signer.read(Sort.DENIAL, token, now)
    except BrokenTokenError as error:
        if error.is_old:
            detail = "the denial is too old: evaluate the access again"
            raise ProblemError(Problem.EXPIRED_DENIAL, detail) from None
        raise _unbound("`denial.binding_token`: it is not one that this decision point gave") from None
    if stated.get("expires_at") != claims["denial_expires_at"]:
        raise _unbound("`denial.expires_at`: send it as the decision had it")
    ours = claims["interlock"]
    if ours["client"] != client:
        raise _unbound("`denial.binding_token`: another client was denied")
    access = {part: claims[part] for part in ("subject", "resource", "action", "context")}
    asked = bound(submission, frozenset(claims["binding_context_members"]))
    if not is_same(without_actor(asked), without_actor(access)):
        raise _unbound("subject, resource, action and context must be those of the denied evaluation")
    return Denial(
        access=access,
        claims=ours["claims"],
        approvers=ours["approvers"],
        why=ours["why"],
        policy_set=ours["policySet"],
        client=client,
    )


def _unbound(detail: str) -> ProblemError:
    return ProblemError(Problem.INVALID_BINDING, detail)
