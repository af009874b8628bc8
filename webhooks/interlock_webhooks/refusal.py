"""Why a request is refused before it can be decided, and how that looks on the wire.

The one table from our errors to HTTP: handlers translate nothing themselves,
and what is not in the table is a 500. Pure.
"""

from http import HTTPStatus
from typing import Final, NotRequired, TypedDict

from interlock.errors import ConflictError, NotFoundError, RequestError
from interlock_webhooks.text import one_line

Header = tuple[bytes, bytes]


class ErrorDetail(TypedDict):
    """`code` is stable and for programs; `message` is for people; `path` says where in the body."""

    code: str
    message: str
    path: NotRequired[str]


class ErrorBody(TypedDict):
    """The body of every answer that is not a decision."""

    error: ErrorDetail


CODES: Final = {
    HTTPStatus.BAD_REQUEST: RequestError.code,
    HTTPStatus.UNAUTHORIZED: "request.unauthenticated",
    HTTPStatus.FORBIDDEN: "request.forbidden",
    HTTPStatus.NOT_FOUND: NotFoundError.code,
    HTTPStatus.METHOD_NOT_ALLOWED: "request.method",
    HTTPStatus.CONFLICT: ConflictError.code,
    HTTPStatus.REQUEST_TIMEOUT: "request.slow",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "request.tooLarge",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "request.mediaType",
    HTTPStatus.TOO_MANY_REQUESTS: "request.tooMany",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
"""The stable code that goes with each status that we answer with."""

_MAX_MESSAGE: Final = 1_000

INTERNAL_MESSAGE: Final = "the service failed to decide: this is a denial, and the service's log says why"


class RefusedError(RequestError):
    """A request that HTTP itself has a status for."""

    def __init__(self, status: HTTPStatus, message: str, *headers: Header) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


def status_of(error: Exception) -> HTTPStatus:
    """The status that `error` is answered with."""
    match error:
        case RefusedError():
            return error.status
        case NotFoundError():
            return HTTPStatus.NOT_FOUND
        case ConflictError():
            return HTTPStatus.CONFLICT
        case RequestError():
            return HTTPStatus.BAD_REQUEST
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR


def error_body(error: Exception) -> ErrorBody:
    """What the caller reads of `error`; of one that is not ours, nothing but that it happened."""
    status = status_of(error)
    if not isinstance(error, RequestError):
        return {"error": {"code": CODES[status], "message": INTERNAL_MESSAGE}}
    detail: ErrorDetail = {"code": CODES[status], "message": one_line(str(error), _MAX_MESSAGE)}
    if error.path:
        detail["path"] = one_line(error.path, _MAX_MESSAGE)
    return {"error": detail}
