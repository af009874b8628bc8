"""Responses on their way, as fast as whoever called lets them come. No I/O."""

from typing import Final

from msgspec import Struct

from interlock_webhooks.grpc.http2.frames import Error
from interlock_webhooks.grpc.http2.outgoing import Outgoing
from interlock_webhooks.grpc.response import Response
from interlock_webhooks.refusal import Header

SEND: Final = 30_000_000_000
"""Nanoseconds that a response may wait for room."""


class _Rest(Struct):
    """What is left of a response that waits since a monotonic nanosecond."""

    body: memoryview
    trailers: tuple[Header, ...]
    since: int


class Outbox:
    """The responses that wait for room; as a number, how many."""

    __slots__ = ("_out", "_rests")

    def __init__(self, out: Outgoing) -> None:
        self._out = out
        self._rests: dict[int, _Rest] = {}

    def __len__(self) -> int:
        return len(self._rests)

    def send(self, stream: int, response: Response, now: int) -> None:
        """Send `response`, or as much of it as may be sent; nothing where the stream is gone."""
        if not self._out.is_open(stream):
            return
        if not response.trailers:
            self._out.fields(stream, response.head, is_last=True)
            return
        self._out.fields(stream, response.head, is_last=False)
        rest = _Rest(memoryview(response.body), response.trailers, now)
        if not self._sent(stream, rest):
            self._rests[stream] = rest

    def go_on(self) -> None:
        """Send what there is room for now."""
        for stream, rest in list(self._rests.items()):
            if self._sent(stream, rest):
                del self._rests[stream]

    def forget(self, stream: int) -> None:
        """Send no more there."""
        self._rests.pop(stream, None)

    def give_up(self, now: int) -> None:
        """Break off what has waited for too long."""
        for stream, rest in list(self._rests.items()):
            if now - rest.since > SEND:
                del self._rests[stream]
                self._out.reset(stream, Error.CANCEL)

    def _sent(self, stream: int, rest: _Rest) -> bool:
        """Whether all of `rest` is sent now."""
        while rest.body:
            room = self._out.room(stream)
            if room <= 0:
                return False
            self._out.data(stream, bytes(rest.body[:room]))
            rest.body = rest.body[room:]
        self._out.fields(stream, rest.trailers, is_last=True)
        return True
