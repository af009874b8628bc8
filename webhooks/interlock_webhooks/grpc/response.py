"""What a call is answered with, as HTTP has it. Pure."""

from http import HTTPStatus
from typing import Final

from msgspec import Struct

from interlock_webhooks.exchange import Answer
from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.status import Code, code_of, ending, trailers
from interlock_webhooks.refusal import Header, RefusedError, status_of

_START: Final = ((b":status", b"200"), (b"content-type", b"application/grpc"))
_GOOD: Final = trailers(Code.OK)
# They say that whoever asks speaks no gRPC, and so does HTTP.
_HTTP: Final = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE})


class Response(Struct, frozen=True, kw_only=True):
    """Header fields, a body, trailer fields; `head` alone where there is no body."""

    head: tuple[Header, ...]
    body: bytes
    trailers: tuple[Header, ...]


def answered(answer: Answer) -> Response:
    """How `answer` is sent: its headers before, and its payload as the one message if its status is OK."""
    if code_of(answer.status) is not Code.OK:
        return _ended(code_of(answer.status), "", *answer.headers)
    return Response(head=(*_START, *answer.headers), body=framed(answer.payload), trailers=_GOOD)


def failed(error: Exception) -> Response:
    """How whoever calls is told that the call failed with `error`."""
    more = error.headers if isinstance(error, RefusedError) else ()
    status = status_of(error)
    if status in _HTTP:
        return Response(head=((b":status", b"%d" % status), *more), body=b"", trailers=())
    return _ended(*ending(error), *more)


def _ended(code: Code, message: str, *more: Header) -> Response:
    """A response of trailers alone."""
    return Response(head=(*_START, *trailers(code, message, *more)), body=b"", trailers=())
