"""How a call ends: gRPC's codes, our errors as codes, and messages as metadata can carry them. Pure."""

from enum import IntEnum
from http import HTTPStatus
from typing import Final

from interlock.errors import RequestError
from interlock_webhooks.refusal import INTERNAL_MESSAGE, Header, status_of
from interlock_webhooks.text import one_line

_MAX_MESSAGE: Final = 1_000
_PRINTABLE: Final = range(0x20, 0x7F)
_BYTES: Final = tuple(
    bytes((byte,)) if byte in _PRINTABLE and byte != ord("%") else b"%%%02X" % byte for byte in range(256)
)


class Code(IntEnum):
    """The codes of https://grpc.github.io/grpc/core/md_doc_statuscodes.html."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


_CODES: Final = {
    HTTPStatus.OK: Code.OK,
    HTTPStatus.BAD_REQUEST: Code.INVALID_ARGUMENT,
    HTTPStatus.UNAUTHORIZED: Code.UNAUTHENTICATED,
    HTTPStatus.FORBIDDEN: Code.PERMISSION_DENIED,
    HTTPStatus.NOT_FOUND: Code.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: Code.DEADLINE_EXCEEDED,
    # Nobody may take it for a reason to try again: the key belongs to another request.
    HTTPStatus.CONFLICT: Code.ALREADY_EXISTS,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Code.RESOURCE_EXHAUSTED,
    HTTPStatus.TOO_MANY_REQUESTS: Code.RESOURCE_EXHAUSTED,
    HTTPStatus.NOT_IMPLEMENTED: Code.UNIMPLEMENTED,
    HTTPStatus.SERVICE_UNAVAILABLE: Code.UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT: Code.DEADLINE_EXCEEDED,
}


def code_of(status: HTTPStatus) -> Code:
    """The code that says what `status` says over HTTP; INTERNAL for what should not be said here."""
    return _CODES.get(status, Code.INTERNAL)


def explained(error: Exception) -> str:
    """What the caller reads of `error`; of one that is not ours, nothing but that it happened."""
    return one_line(str(error), _MAX_MESSAGE) if isinstance(error, RequestError) else INTERNAL_MESSAGE


def trailers(code: Code, message: str = "", *more: Header) -> tuple[Header, ...]:
    """The metadata that a call ends with.

    `message` is percent-encoded UTF-8, as "gRPC over HTTP/2", Responses, has it.
    """
    if not message:
        return ((b"grpc-status", b"%d" % code), *more)
    encoded = b"".join(_BYTES[byte] for byte in message.encode())
    return ((b"grpc-status", b"%d" % code), (b"grpc-message", encoded), *more)


def ending(error: Exception) -> tuple[Code, str]:
    """The code and the message that a call ends with because of `error`."""
    return code_of(status_of(error)), explained(error)
