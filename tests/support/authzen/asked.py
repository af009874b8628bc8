"""Access requests that are there in a service under test, and bodies about them that are good at any time."""

from typing import Any, Final

from interlock.checks.approving import Status
from interlock.clock import now
from interlock.instants import rfc3339
from interlock.units import Instant, days
from interlock_webhooks.approvals import denial as denials
from interlock_webhooks.approvals.access import AccessRequest
from interlock_webhooks.approvals.binding import bound
from interlock_webhooks.approvals.denial import Denial
from support.service import LoggedService, approvals_in

_ACCESS: Final[dict[str, Any]] = {
    "subject": {"type": "user", "id": "ann"},
    "action": {"name": "pay"},
    "resource": {"type": "payment", "id": "acme"},
    "context": {"case": 7},
}
_WAITS, _ENDED = "arq_waits", "arq_ended"


def _submission(at: Instant) -> dict[str, Any]:
    """An access request about a denial that was made at that time."""
    denial = Denial(
        access=bound(_ACCESS) or {},
        claims=["approvedBy"],
        approvers=[],
        why="nobody stands for it",
        policy_set="sha256:0",
        client="local",
    )
    signer = approvals_in().signer
    offered = denials.encoded(denial, "eval_1", signer, "http://localhost", at)["access_request"]
    keys = ("binding_token", "expires_at")
    return {**_ACCESS, "denial": {key: offered[key] for key in keys}}


def _decided(id_: str) -> dict[str, Any]:
    until = rfc3339(Instant(now() + days(1)))
    return {"id": id_, "decision": "approve", "approver": "tess", "until": until}


SUBMISSION: Final = _submission(Instant(now() + days(1)))
"""One whose denial is young for a day."""

DECIDED: Final = _decided(_WAITS)
UNFIT: Final[dict[str, list[dict[str, Any]]]] = {
    "/access/v1/requests": [SUBMISSION, SUBMISSION | {"requested_access": {}}, _submission(Instant(0))],
    "/v1/approvals/decide": [_decided("arq_nothing"), _decided(_ENDED)],
}
"""Bodies of which one is refused for what was before, or for what it is about, where all have one key."""


def put_requests(service: LoggedService) -> None:
    """Have the access requests there that the bodies are about."""
    for id_, status in ((_WAITS, Status.PENDING), (_ENDED, Status.DENIED)):
        asked = AccessRequest(
            id=id_,
            client="local",
            access=_ACCESS,
            claims=("approvedBy",),
            approvers=(),
            why="nobody stands for it",
            justification="",
            policy_set="sha256:0",
            asked=now(),
            expires=Instant(now() + days(1)),
            status=status,
        )
        service.approvals.requests.add(asked, None, now())
