"""The raw routes, one by one: what each takes and gives, and which statuses it answers with.

FastAPI describes its own routes; these it never sees. The tests hold this table
and the routes to each other. Pure.
"""

from http import HTTPStatus
from typing import Final

from interlock.checks.approving import AccessRequestRecord
from interlock.checks.holds import HoldAnswer, Settlement
from interlock.decisionlog.recorded import RecordedDecision
from interlock.intents.check import CheckRequest
from interlock_webhooks.accounts.codec import Extension, Release
from interlock_webhooks.approvals import routes as approvals
from interlock_webhooks.approvals.codec import Decided as ApprovalDecided
from interlock_webhooks.approvals.codec import Submission, TaskAnswer
from interlock_webhooks.authzen import discovery as authzen
from interlock_webhooks.authzen.shapes import (
    ActionSearch,
    AllDecided,
    Decided,
    Evaluation,
    Evaluations,
    ResourceSearch,
    SearchAnswer,
    SubjectSearch,
)
from interlock_webhooks.guardrails import GUARDRAILS
from interlock_webhooks.kubernetes.review import Review, ReviewAnswer
from interlock_webhooks.mcp import operations as mcp
from interlock_webhooks.operation import Operation
from interlock_webhooks.runtime.codec import Batch, BatchAnswer

WEBHOOKS: Final = "kubernetes"
"""What those are that the API server calls."""

_FOUND: Final = "A page of what is found."
_NO_HOLD: Final = "Nobody has such a hold, or it ended long ago."
_KEY_TAKEN: Final = "The `idempotencyKey` belongs to a request with another body."
_ENDED: Final = "The hold has ended in another way."

VALIDATE: Final = Operation(
    path="/validate",
    tag=WEBHOOKS,
    summary="Decide an AdmissionReview",
    description="A validating webhook. Every review is answered with status 200; a denial stands inside it.",
    takes=Review,
    gives=ReviewAnswer,
)
MUTATE: Final = Operation(
    path="/mutate",
    tag=WEBHOOKS,
    summary="Decide an AdmissionReview and make changes",
    description="A mutating webhook: as `/validate`, with a JSON Patch where policies change something.",
    takes=Review,
    gives=ReviewAnswer,
)
GUARD: Final = Operation(
    path="/guard",
    tag=WEBHOOKS,
    summary="Decide whether a namespace may be exempt",
    description="A validating webhook for namespaces that get the label `interlock.dev/exempt`.",
    takes=Review,
    gives=ReviewAnswer,
)
CHECK: Final = Operation(
    path="/v1/check",
    tag="check",
    summary="Decide one call",
    description="One of `intent`, `chat`, `embeddings`, `mcp`, `access`, `admission` says what is asked for.",
    takes=CheckRequest,
    gives=RecordedDecision,
    refusals={HTTPStatus.CONFLICT: _KEY_TAKEN},
)
CHECK_BATCH: Final = Operation(
    path="/v1/check/batch",
    tag="check",
    summary="Decide up to 100 calls",
    description="One policy set decides all, in their order. One that can't be understood refuses the batch.",
    takes=Batch,
    gives=BatchAnswer,
    refusals={HTTPStatus.CONFLICT: _KEY_TAKEN},
)
SETTLE: Final = Operation(
    path="/v1/settle",
    tag="budgets",
    summary="Book what was really used",
    description="Books it once, in place of what was held: also more than that, also after the hold expired.",
    takes=Settlement,
    gives=HoldAnswer,
    answer="It is booked.",
    refusals={HTTPStatus.NOT_FOUND: _NO_HOLD, HTTPStatus.CONFLICT: _ENDED},
)

RELEASE: Final = Operation(
    path="/v1/release",
    tag="budgets",
    summary="Give back what was held",
    description="For what did not run after all: nothing of it was used.",
    takes=Release,
    gives=HoldAnswer,
    answer="Nothing is held any more.",
    refusals={HTTPStatus.NOT_FOUND: _NO_HOLD, HTTPStatus.CONFLICT: _ENDED},
)

EXTEND: Final = Operation(
    path="/v1/extend",
    tag="budgets",
    summary="Hold for longer",
    description="For what takes longer than it was thought to. A hold is never shortened.",
    takes=Extension,
    gives=HoldAnswer,
    answer="Until when it is held.",
    refusals={HTTPStatus.NOT_FOUND: _NO_HOLD, HTTPStatus.CONFLICT: _ENDED},
)

EVALUATION: Final = Operation(
    path=authzen.EVALUATION,
    tag="authzen",
    summary="Decide one access",
    description="The Access Evaluation API of AuthZEN's Authorization API 1.0. A denial has status 200, too.",
    takes=Evaluation,
    gives=Decided,
    refusals={HTTPStatus.CONFLICT: _KEY_TAKEN},
)

EVALUATIONS: Final = Operation(
    path=authzen.EVALUATIONS,
    tag="authzen",
    summary="Decide up to 100 accesses",
    description="The Access Evaluations API of AuthZEN's Authorization API 1.0. One that can't be understood "
    "is denied in its place. Without `evaluations` it answers as for one.",
    takes=Evaluations,
    gives=AllDecided,
    answer="The decisions, in the order of the evaluations, up to the one that settles it.",
    refusals={HTTPStatus.CONFLICT: _KEY_TAKEN},
)

SEARCH_SUBJECT: Final = Operation(
    path=authzen.SEARCH_SUBJECT,
    tag="authzen",
    summary="Search for who may do something",
    description="The Subject Search API of AuthZEN's Authorization API 1.0. Nothing is taken.",
    takes=SubjectSearch,
    gives=SearchAnswer,
    answer=_FOUND,
)
SEARCH_RESOURCE: Final = Operation(
    path=authzen.SEARCH_RESOURCE,
    tag="authzen",
    summary="Search for what something may be done to",
    description="The Resource Search API of AuthZEN's Authorization API 1.0. Nothing is taken.",
    takes=ResourceSearch,
    gives=SearchAnswer,
    answer=_FOUND,
)
SEARCH_ACTION: Final = Operation(
    path=authzen.SEARCH_ACTION,
    tag="authzen",
    summary="Search for what may be done",
    description="The Action Search API of AuthZEN's Authorization API 1.0. Nothing is taken.",
    takes=ActionSearch,
    gives=SearchAnswer,
    answer=_FOUND,
)

ACCESS_REQUEST: Final = Operation(
    path=authzen.ACCESS_REQUESTS,
    tag="authzen",
    summary="Ask to have an access approved",
    description="AuthZEN's Access Request and Approval Profile: with the denial of an evaluation.",
    takes=Submission,
    gives=TaskAnswer,
    answer="How it stands.",
    status=HTTPStatus.ACCEPTED,
    problems={
        HTTPStatus.BAD_REQUEST: "Not the denied evaluation, or no denial of this decision point.",
        HTTPStatus.CONFLICT: "The `idempotency-key` belongs to another access request.",
        HTTPStatus.GONE: "The denial is too old.",
    },
)
APPROVALS: Final = Operation(
    path=approvals.DECIDING,
    tag="approvals",
    summary="Approve or deny what somebody asks for",
    description="Of whom the client may speak decides. An approval holds for that access, and until then.",
    takes=ApprovalDecided,
    gives=AccessRequestRecord,
    answer="What was decided.",
    refusals={
        HTTPStatus.NOT_FOUND: "There is no such access request.",
        HTTPStatus.CONFLICT: "It does not wait for anybody any more.",
    },
)

OPERATIONS: Final = (
    VALIDATE,
    MUTATE,
    GUARD,
    CHECK,
    CHECK_BATCH,
    SETTLE,
    RELEASE,
    EXTEND,
    EVALUATION,
    EVALUATIONS,
    SEARCH_SUBJECT,
    SEARCH_RESOURCE,
    SEARCH_ACTION,
    ACCESS_REQUEST,
    APPROVALS,
    *GUARDRAILS,
    *mcp.OPERATIONS,
)
