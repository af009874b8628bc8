"""What came back from a service, if anything did, and what it means. Pure."""

from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from interlock.errors import ConflictError, InterlockError, NotFoundError, RequestError
from interlock.sdk.client.calls import Call
from interlock.sdk.errors import UnavailableError
from interlock.spelling import quoted

Answer = TypeVar("Answer")

MOST: Final = 16 * 1024 * 1024
"""Bytes of an answer; a batch of decisions has fewer."""

_PASSING: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_STRANGER: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_KINDS: Final = {HTTPStatus.NOT_FOUND: NotFoundError, HTTPStatus.CONFLICT: ConflictError}
_LONGEST_MESSAGE: Final = 1_000


class _Detail(Struct):
    message: str = ""
    path: str = ""


class _ErrorBody(Struct):
    error: _Detail


_ERROR: Final = msgspec.json.Decoder(_ErrorBody)


class Reply(Struct, frozen=True):
    """A status and a body, or without a status the `failure` to get one."""

    status: int | None = None
    body: bytes = b""
    failure: str = ""

    @property
    def is_passing(self) -> bool:
        """Whether the same call may be answered otherwise a moment later."""
        return self.status is None or self.status in _PASSING

    def answers(self, call: Call[Answer]) -> Answer:
        """What `call` is answered.

        Raises:
            RequestError: the service can't understand the call, or it contradicts what was said before.
            UnavailableError: there is no answer.
        """
        if self.status is None:
            raise UnavailableError(f"the service did not answer: {self.failure}")
        if self.status != HTTPStatus.OK:
            raise self._refusal(self.status)
        try:
            return call.read(self.body)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise UnavailableError(f"the service's answer can't be understood: {error}") from None

    def _refusal(self, status: int) -> InterlockError:
        told = self._told()
        message = told.message[:_LONGEST_MESSAGE] or f"the service answers with status {status}"
        if status in _STRANGER:
            return UnavailableError(f"the service does not serve this client: {message}")
        if 400 <= status < 500 and status not in _PASSING:  # noqa: PLR2004 - RFC 9110, section 15.5
            kind = _KINDS.get(HTTPStatus(status), RequestError) if status in set(HTTPStatus) else RequestError
            return kind(message, path=told.path[:_LONGEST_MESSAGE])
        return UnavailableError(f"the service did not decide: {message}")

    def _told(self) -> _Detail:
        try:
            return _ERROR.decode(self.body).error
        except (ValueError, RecursionError, msgspec.MsgspecError):
            return _Detail()


def late(seconds: float) -> Reply:
    """Nothing within so many `seconds`."""
    return Reply(failure=f"not within {seconds:g} seconds")


def unreached(error: Exception) -> Reply:
    """Nothing, because of `error`."""
    return Reply(failure=quoted(str(error) or type(error).__name__))


def too_large() -> Reply:
    """An answer that is none, since it is too large."""
    return Reply(failure=f"its answer is larger than {MOST} bytes")


def compressed() -> Reply:
    """An answer that nobody asked to be compressed."""
    return Reply(failure="its answer is compressed")
