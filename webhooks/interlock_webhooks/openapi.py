"""What the raw routes look like in the API's description (OpenAPI 3.1)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from interlock.engine.settlements import SettlementRecord
from interlock_webhooks.approvals.problems import ProblemBody
from interlock_webhooks.operation import Operation
from interlock_webhooks.operations import OPERATIONS, WEBHOOKS
from interlock_webhooks.refusal import ErrorBody

_TEMPLATE: Final = "#/components/schemas/{name}"

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
    clients = {} if operation.tag == WEBHOOKS else CLIENTS
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
