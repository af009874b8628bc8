"""The messages of a call, cut out of its bytes. Pure.

Each is preceded by a flag, 1 if it is compressed, and four bytes that say how
long it is ("gRPC over HTTP/2", Length-Prefixed-Message).
"""

from http import HTTPStatus
from typing import Final

from interlock.errors import RequestError
from interlock_webhooks.refusal import RefusedError

MAX_MESSAGE: Final = 4 * 1024 * 1024
"""Bytes of a message: what gRPC's own servers take unless they are told otherwise."""

_PREFIX: Final = 5


class Messages:
    """What has come of the messages of one call and has not been taken yet.

    `held` is how many bytes that is, `most` how many a message may have.
    """

    __slots__ = ("_bytes", "most")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.most = MAX_MESSAGE

    @property
    def held(self) -> int:
        """Bytes that are kept."""
        return len(self._bytes)

    @property
    def is_ready(self) -> bool:
        """Whether `take` has an answer: a message, or why there is none."""
        if len(self._bytes) < _PREFIX:
            return False
        size = int.from_bytes(self._bytes[1:_PREFIX])
        return bool(self._bytes[0]) or size > self.most or len(self._bytes) >= _PREFIX + size

    def add(self, data: bytes) -> None:
        """Keep `data`, too; RequestError where what stands at the front can become no message."""
        self._bytes += data
        self._size()

    def take(self) -> bytes | None:
        """The next whole message, if it is there; RequestError where what is there can become none."""
        size = self._size()
        if size is None or len(self._bytes) < _PREFIX + size:
            return None
        message = bytes(self._bytes[_PREFIX : _PREFIX + size])
        del self._bytes[: _PREFIX + size]
        return message

    def check_only(self) -> None:
        """Nothing, where no more has come than one message. Raises RequestError."""
        size = self._size()
        if size is not None and len(self._bytes) > _PREFIX + size:
            raise RequestError("the call has more than one message: send one")

    def only(self) -> bytes:
        """The message of a call that has one."""
        self.check_only()
        message = self.take()
        if message is None:
            raise RequestError("the call has no whole message: send one")
        return message

    def _size(self) -> int | None:
        """How long the message at the front is, if that is known."""
        if len(self._bytes) < _PREFIX:
            return None
        if self._bytes[0]:
            raise RefusedError(HTTPStatus.NOT_IMPLEMENTED, "the message is compressed: send it as it is")
        size = int.from_bytes(self._bytes[1:_PREFIX])
        if size > self.most:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            raise RefusedError(status, f"the message is larger than {self.most} bytes")
        return size


def framed(message: bytes) -> bytes:
    """`message` as it is sent."""
    return b"\0" + len(message).to_bytes(4) + message
