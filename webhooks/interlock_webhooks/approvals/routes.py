"""The routes about access requests that no body comes to."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from interlock.checks.approving import WaitingRecord
from interlock_webhooks.approvals.codec import CANCEL, TASK, TaskAnswer
from interlock_webhooks.approvals.handlers import ApprovalHandlers
from interlock_webhooks.exchange import Answer

KEYS: Final = "/access/v1/jwks"
WAITING: Final = "/v1/approvals"
DECIDING: Final = "/v1/approvals/decide"

_Id = Annotated[str, Query(min_length=1, max_length=512, description="The id of the access request.")]

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {
        "description": "400: no such parameter, or not with this value. 403: not for this client. "
        "404: this client has no such access request. 409: it is past that.",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}},
        },
    },
}


def routes(handlers: ApprovalHandlers) -> APIRouter:
    """What whoever asks for approval, and whoever approves, reads and takes back."""
    router = APIRouter()

    @router.get(
        TASK,
        tags=["authzen"],
        summary="How an access request stands",
        response_model=TaskAnswer,
        responses=_REFUSALS,
    )
    async def task(request: Request, id: _Id) -> Response:  # noqa: A002 - the parameter's name on the wire
        return _response(await handlers.task(id, request.state.client))

    @router.post(
        CANCEL,
        tags=["authzen"],
        summary="Take an access request back",
        response_model=TaskAnswer,
        responses=_REFUSALS,
    )
    async def cancel(request: Request, id: _Id) -> Response:  # noqa: A002 - the parameter's name on the wire
        return _response(await handlers.cancel(id, request.state.client))

    @router.get(KEYS, tags=["authzen"], summary="What signatures of denials and approvals are checked with")
    async def keys() -> Response:
        return _response(await handlers.keys())

    @router.get(WAITING, tags=["approvals"], summary="What waits for approval", response_model=WaitingRecord)
    async def waiting(request: Request) -> Response:
        return _response(await handlers.waiting(request.state.client))

    return router


def _response(answer: Answer) -> Response:
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return Response(
        answer.payload,
        answer.status,
        headers | {"cache-control": "no-store", "x-content-type-options": "nosniff"},
        media_type=answer.media_type.decode(),
    )
