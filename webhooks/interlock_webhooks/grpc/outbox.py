"""What leaves a connection: responses, as fast as whoever called lets them come. No I/O."""

from contextlib import suppress
from typing import Final

from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from msgspec import Struct

from interlock_webhooks.grpc.response import Response
from interlock_webhooks.refusal import Header

SEND_NANOSECONDS: Final = 30_000_000_000
"""How long a response may wait for room."""


class _Rest(Struct, kw_only=True):
    """What is left of a response."""

    body: memoryview
    trailers: tuple[Header, ...]
    since: int
    is_whole: bool


class Outbox:
    """The responses of `http` that are on their way."""

    __slots__ = ("_http", "_rests")

    def __init__(self, http: H2Connection) -> None:
        self._http = http
        self._rests: dict[int, _Rest] = {}

    def __len__(self) -> int:
        """How many responses wait for room."""
        return len(self._rests)

    def send(self, stream: int, response: Response, now: int, *, is_whole: bool) -> None:
        """Send `response`, or as much of it as may be sent; nothing where the stream is gone.

        `is_whole` is whether all of the request has come: else the rest of it is declined.
        """
        try:
            if not response.trailers:
                self._http.send_headers(stream, response.head, end_stream=True)
                self._decline(stream, is_whole=is_whole)
                return
            self._http.send_headers(stream, response.head)
            rest = _Rest(
                body=memoryview(response.body), trailers=response.trailers, since=now, is_whole=is_whole
            )
            if not self._sent(stream, rest):
                self._rests[stream] = rest
        except ProtocolError:
            self.forget(stream)

    def go_on(self) -> None:
        """Send what there is room for now."""
        for stream, rest in list(self._rests.items()):
            try:
                if self._sent(stream, rest):
                    self.forget(stream)
            except ProtocolError:
                self.forget(stream)

    def forget(self, stream: int) -> None:
        """Send no more there."""
        self._rests.pop(stream, None)

    def give_up(self, now: int) -> None:
        """Break off what has waited for too long."""
        for stream, rest in list(self._rests.items()):
            if now - rest.since > SEND_NANOSECONDS:
                self.forget(stream)
                with suppress(ProtocolError):
                    self._http.reset_stream(stream, ErrorCodes.CANCEL)

    def _sent(self, stream: int, rest: _Rest) -> bool:
        """Whether all of `rest` is sent now."""
        while rest.body:
            room = min(self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size)
            if room <= 0:
                return False
            self._http.send_data(stream, bytes(rest.body[:room]))
            rest.body = rest.body[room:]
        self._http.send_headers(stream, rest.trailers, end_stream=True)
        self._decline(stream, is_whole=rest.is_whole)
        return True

    def _decline(self, stream: int, *, is_whole: bool) -> None:
        """Say that the rest of a request isn't needed (RFC 9113, section 8.1)."""
        if not is_whole:
            self._http.reset_stream(stream, ErrorCodes.NO_ERROR)
