"""What the raw routes look like in the API's description (OpenAPI 3.1).

FastAPI describes its own routes; these it never sees. One table says which
there are, what they take and give, and which statuses they answer with. The
tests hold the table and the routes to each other.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from interlock.checks.approving import AccessRequestRecord
from interlock.checks.holds import HoldAnswer, Settlement
from interlock.decisionlog.recorded import RecordedDecision
from interlock.engine.settlements import SettlementRecord
from interlock.intents.check import CheckRequest
from interlock_webhooks.accounts.codec import Extension, Release
from interlock_webhooks.approvals import routes as approvals
from interlock_webhooks.approvals.codec import Decided as ApprovalDecided
from interlock_webhooks.approvals.codec import Submission, TaskAnswer
from interlock_webhooks.approvals.problems import ProblemBody
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
from interlock_webhooks.refusal import ErrorBody
from interlock_webhooks.runtime.codec import Batch, BatchAnswer

_TEMPLATE: Final = "#/components/schemas/{name}"

_WEBHOOKS: Final = "kubernetes"
_FOUND: Final = "A page of what is found."
_NO_HOLD: Final = "Nobody has such a hold, or it ended long ago."
_KEY_TAKEN: Final = "The `idempotencyKey` belongs to a request with another body."
_ENDED: Final = "The hold has ended in another way."

VALIDATE: Final = Operation(
    path="/validate",
    tag=_WEBHOOKS,
    summary="Decide an AdmissionReview",
    description="A validating webhook. Every review is answered with status 200; a denial stands inside it.",
    takes=Review,
    gives=ReviewAnswer,
)
MUTATE: Final = Operation(
    path="/mutate",
    tag=_WEBHOOKS,
    summary="Decide an AdmissionReview and make changes",
    description="A mutating webhook: as `/validate`, with a JSON Patch where policies change something.",
    takes=Review,
    gives=ReviewAnswer,
)
GUARD: Final = Operation(
    path="/guard",
    tag=_WEBHOOKS,
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

REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "Not the JSON that this route takes, or `timeout` is not a duration.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Not a POST.",
    HTTPStatus.REQUEST_TIMEOUT: "The body came too slowly.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 3 MiB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Not `application/json`, or compressed.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service failed: take it as a denial.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too many requests at once: take it as a denial, and try again.",
}
"""The statuses other than 200 that every raw route may answer with, and why."""

CLIENTS: Final = {
    HTTPStatus.UNAUTHORIZED: "Nobody knows who asks.",
    HTTPStatus.FORBIDDEN: "The client may not call this, or not speak for whom it states.",
    HTTPStatus.TOO_MANY_REQUESTS: "The client asks more often than it may.",
}
"""Those of the routes that clients call, on which the API server calls none."""


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """`document`, FastAPI's description of its own routes, with the raw routes and their schemas added."""
    shapes = {shape for operation in OPERATIONS for shape in (operation.takes, operation.gives)}
    ordered = sorted({*shapes, ErrorBody, ProblemBody, SettlementRecord}, key=lambda shape: shape.__name__)
    references, schemas = msgspec.json.schema_components(ordered, ref_template=_TEMPLATE)
    by_shape = dict(zip(ordered, references, strict=True))
    document["paths"] |= {operation.path: {"post": _described(operation, by_shape)} for operation in OPERATIONS}
    document.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    return document


def _described(operation: Operation, schemas: dict[type, dict[str, Any]]) -> dict[str, Any]:
    return {
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [
            {
                "name": "timeout",
                "in": "query",
                "description": "A Go duration such as `10s` (the default) or `500ms`; at most 30 s count. "
                "What isn't decided by then is denied.",
                "schema": {"type": "string"},
            }
        ],
        "requestBody": {"required": True, "content": _json(schemas[operation.takes])},
        "responses": {
            str(operation.status.value): {
                "description": operation.answer,
                "content": _json(schemas[operation.gives]),
            },
            **{
                str(status.value): {"description": reason, "content": _content(operation, status, schemas)}
                for status, reason in sorted(_refusals(operation).items())
            },
        },
    }


def _refusals(operation: Operation) -> Mapping[HTTPStatus, str]:
    clients = {} if operation.tag == _WEBHOOKS else CLIENTS
    return {**REFUSALS, **clients, **operation.refusals, **operation.problems}


def _content(
    operation: Operation, status: HTTPStatus, schemas: Mapping[type, dict[str, Any]]
) -> dict[str, Any]:
    """What is answered with `status`, in each media type that it comes in."""
    error = _json(schemas[_shape(operation, status)])
    problem = {"application/problem+json": {"schema": schemas[ProblemBody]}}
    return error | problem if status in operation.problems else error


def _shape(operation: Operation, status: HTTPStatus) -> type:
    """What is answered with `status`: of our own an error, and of a protocol's own what it always gets."""
    return operation.gives if status is HTTPStatus.UNPROCESSABLE_ENTITY else ErrorBody


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
