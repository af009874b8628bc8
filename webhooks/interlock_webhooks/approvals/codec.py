"""Bodies about access requests to plain data, and what became of them to bodies. Pure.

Source: AuthZEN Access Request and Approval Profile 1.0, draft 1, "Submitting the
Access Request", "Access Request Response" and "Approval and Re-evaluation".
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, NotRequired

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict

from interlock.checks.approving import AccessRequestRecord, Status
from interlock.instants import rfc3339
from interlock_webhooks import wire
from interlock_webhooks.approvals.access import AccessRequest

TASK: Final = "/access/v1/requests/task"
CANCEL: Final = "/access/v1/requests/cancel"

Word = Annotated[str, Meta(min_length=1, max_length=512)]


class DenialGiven(TypedDict):
    """What the decision that denied said of itself."""

    binding_token: str
    expires_at: str
    evaluation_id: NotRequired[str]
    evaluated_at: NotRequired[str]
    reason: NotRequired[str]
    template: NotRequired[str]


class Submission(TypedDict):
    """An access request: the denied evaluation, and its denial."""

    subject: dict[str, Any]
    resource: dict[str, Any]
    action: dict[str, Any]
    denial: DenialGiven
    context: NotRequired[dict[str, Any]]
    requested_access: NotRequired[dict[str, Any]]
    client: NotRequired[dict[str, Any]]


class Display(TypedDict):
    """What people read."""

    title: str
    description: str


class Links(TypedDict):
    """Where else to go."""

    cancel: str


class Task(TypedDict):
    """What is to be decided by somebody, and how that stands."""

    id: str
    status: Status
    status_endpoint: str
    expires_at: str
    display: Display
    links: NotRequired[Links]


class Approval(TypedDict):
    """What is to be sent unchanged as `context.approval` when the access is evaluated again."""

    id: str
    approved_at: str
    approved_until: str
    state: str


class Result(TypedDict):
    """What is to be done with an approval."""

    mode: Literal["reevaluate"]
    approval: Approval


class TaskAnswer(TypedDict):
    """How an access request stands; `result` only where it is approved."""

    task: Task
    result: NotRequired[Result]


class Decided(Struct, forbid_unknown_fields=True):
    """What somebody decides of the access request `id`; an approval holds until `until`."""

    id: Word
    decision: Literal["approve", "deny"]
    approver: Word
    until: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET


_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_DECIDED: Final = msgspec.json.Decoder(Decided)
_TITLES: Final = {
    Status.PENDING: "Somebody has to approve it",
    Status.APPROVED: "It is approved",
    Status.DENIED: "It is denied",
    Status.EXPIRED: "Nobody approved it in time",
    Status.CANCELLED: "It was taken back",
}


def decode_submission(body: bytes) -> dict[str, Any]:
    """The access request in `body`. Raises RequestError."""
    return wire.decode(body, _OBJECT)


def decode_decided(body: bytes) -> Decided:
    """What somebody decides. Raises RequestError."""
    return wire.decode(body, _DECIDED)


def encode_task(asked: AccessRequest, url: str, approval: Approval | None) -> bytes:
    """How `asked` stands, with its approval if it has one; `url` is where the service is reached."""
    task: Task = {
        "id": asked.id,
        "status": asked.status,
        "status_endpoint": f"{url}{TASK}?id={asked.id}",
        "expires_at": rfc3339(asked.expires if asked.until is None else asked.until),
        "display": {"title": _TITLES[asked.status], "description": asked.why},
    }
    if asked.status in {Status.PENDING, Status.APPROVED}:
        task["links"] = {"cancel": f"{url}{CANCEL}?id={asked.id}"}
    answer: TaskAnswer = {"task": task}
    if approval is not None:
        answer["result"] = {"mode": "reevaluate", "approval": approval}
    return wire.encode(answer)


def shown(asked: AccessRequest) -> AccessRequestRecord:
    """`asked`, as who approves sees it."""
    found: AccessRequestRecord = {
        "id": asked.id,
        "status": asked.status,
        "client": asked.client,
        "subject": asked.access["subject"],
        "resource": asked.access["resource"],
        "action": asked.access["action"],
        "context": asked.access["context"],
        "claims": list(asked.claims),
        "approvers": list(asked.approvers),
        "why": asked.why,
        "justification": asked.justification,
        "asked": rfc3339(asked.asked),
        "expires": rfc3339(asked.expires),
    }
    if asked.by:
        found["by"] = asked.by
    if asked.until is not None:
        found["until"] = rfc3339(asked.until)
    return found


def encode_shown(asked: AccessRequest) -> bytes:
    """The body that tells who approves of one."""
    return wire.encode(shown(asked))


def encode_waiting(waiting: Sequence[AccessRequest]) -> bytes:
    """The body that tells who approves of all that wait."""
    return wire.encode({"waiting": [*map(shown, waiting)]})
