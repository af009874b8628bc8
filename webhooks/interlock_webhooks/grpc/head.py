"""What a call says before its messages. Pure."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from msgspec import Struct

from interlock_webhooks.deadline import DEFAULT_TIMEOUT, MAX_TIMEOUT
from interlock_webhooks.grpc import timeout
from interlock_webhooks.refusal import Header, RefusedError
from interlock_webhooks.text import quoted

_MEDIA_TYPE: Final = b"application/grpc"
# "gRPC over HTTP/2", Message-Encoding: whoever refuses one has to say which it takes.
_ACCEPTED: Final = (b"grpc-accept-encoding", b"identity")


class Head(Struct, frozen=True, kw_only=True):
    """Which method is called, as `/package.Service/Method`, with which metadata.

    `timeout` is for how many nanoseconds, if that is said; at most those of any request.
    """

    path: str
    timeout: int | None
    headers: Sequence[Header]

    @property
    def patience(self) -> int:
        """Nanoseconds that a call of one message gets."""
        return DEFAULT_TIMEOUT if self.timeout is None else self.timeout


def head_of(fields: Sequence[Header]) -> Head:
    """The head that HTTP's `fields` hold, which are well-formed; RequestError for what is no call of gRPC."""
    path = b""
    stated: int | None = None
    media_type = b""
    headers: list[Header] = []
    for name, value in fields:
        if name == b":path":
            path = value
        elif name == b":method":
            _check_method(value)
        elif name == b"content-type":
            media_type = value
        elif name == b"grpc-timeout":
            stated = min(timeout.nanoseconds(value), MAX_TIMEOUT)
        elif name == b"grpc-encoding" and value != b"identity":
            raise RefusedError(
                HTTPStatus.NOT_IMPLEMENTED, "messages are compressed: send them as they are", _ACCEPTED
            )
        if not name.startswith(b":"):
            headers.append((name, value))
    _check_media_type(media_type)
    return Head(path=path.decode("latin-1"), timeout=stated, headers=headers)


def _check_method(method: bytes) -> None:
    if method != b"POST":
        raise RefusedError(
            HTTPStatus.METHOD_NOT_ALLOWED, f"the method is {quoted(method.decode('latin-1'))}: send a POST"
        )


def _check_media_type(media_type: bytes) -> None:
    """Refuse what isn't protobuf's encoding: `application/grpc` and `application/grpc+proto` are."""
    kind = media_type.partition(b";")[0].strip().lower()
    if kind not in {_MEDIA_TYPE, _MEDIA_TYPE + b"+proto"}:
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the content type is {quoted(media_type.decode('latin-1'))}: send `application/grpc`",
        )
