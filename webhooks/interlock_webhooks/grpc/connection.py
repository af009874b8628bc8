"""One connection: bytes in, calls begun, responses out, within bounds of time and of what asks for nothing."""

import asyncio
import time
from typing import TYPE_CHECKING, Final

from interlock_webhooks.clients.connection import peer_at
from interlock_webhooks.grpc.allowance import Allowance, FloodError
from interlock_webhooks.grpc.calls import Calls
from interlock_webhooks.grpc.http2.frames import ConnectionFailure, Error
from interlock_webhooks.grpc.http2.session import Session
from interlock_webhooks.grpc.opening import opened
from interlock_webhooks.grpc.outbox import Outbox
from interlock_webhooks.grpc.response import Response, failed
from interlock_webhooks.refusal import Header

if TYPE_CHECKING:
    from interlock_webhooks.clients.peer import Peer
    from interlock_webhooks.grpc.call import Call

GREETING: Final = 10_000_000_000
"""Nanoseconds until a new connection has spoken HTTP/2."""

IDLE: Final = 600_000_000_000
"""Nanoseconds until a connection without calls is closed."""

STALL: Final = 30_000_000_000
"""Nanoseconds until a connection is dropped whose peer reads nothing."""

_LAST_CALL: Final = 1_000_000_000
_LAST_CALL_MARK: Final = b"lastcall"
_PENDING: Final = 256 * 1024


class Connection(asyncio.Protocol):
    """One connection, which is among the `connections` while it lasts. `peer` is its other end.

    `since` is the monotonic nanosecond when a call last began or ended.
    """

    def __init__(self, calls: Calls, connections: set["Connection"]) -> None:
        self._calls = calls
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._session = Session(self)
        self._outbox = Outbox(self._session.out)
        self._open: dict[int, Call] = {}
        self.since = time.monotonic_ns()
        self._allowance = Allowance(self.since)
        self._patience = GREETING
        self._stalled: int | None = None
        self._is_leaving = False
        self._is_flushing = False
        self._transport: asyncio.Transport
        self.peer: Peer

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # of a stream
        """Say what we allow."""
        self._transport = transport
        self.peer = peer_at(transport)
        transport.set_write_buffer_limits(high=_PENDING)
        self._connections.add(self)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Tell all calls that their caller has gone."""
        self._connections.discard(self)
        for call in self._open.values():
            call.abandoned()
        self._open.clear()

    def data_received(self, data: bytes) -> None:
        """Do what the frames in `data` ask for."""
        if self._transport.is_closing():
            return
        try:
            self._session.receive(data)
        except ConnectionFailure:
            self._hang_up()
        except FloodError:
            self._calls.log.warning(
                "connection closed: it sends too much that asks for nothing", peer=self.peer.address
            )
            self._close(Error.ENHANCE_YOUR_CALM)
        except Exception:
            # Closed by default: whoever sent it may not go on.
            self._calls.log.exception("connection dropped", peer=self.peer.address)
            self._transport.abort()
        else:
            self._flush()

    def pause_writing(self) -> None:
        """Take nothing more from a peer that reads nothing."""
        if not self._transport.is_closing():
            self._stalled = time.monotonic_ns()
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        if not self._transport.is_closing():
            self._stalled = None
            self._transport.resume_reading()

    def respond(self, stream: int, response: Response) -> None:
        """End the call on `stream`."""
        self._open.pop(stream, None)
        self.since = time.monotonic_ns()
        self._allowance.earn()
        self._outbox.send(stream, response, self.since)
        self._flush_soon()

    def acknowledge(self, stream: int, size: int) -> None:
        """Let so many bytes more come."""
        self._session.acknowledge(stream, size)
        self._flush_soon()

    def begun(self, stream: int, fields: list[Header]) -> None:
        """Begin a call, or say why there is none."""
        self.since = time.monotonic_ns()
        try:
            self._open[stream] = opened(self._calls, self, stream, fields)
        except Exception as error:  # noqa: BLE001 - closed by default: the caller gets a status, never an allow
            self._calls.failed("", error)
            self._outbox.send(stream, failed(error), self.since)

    def received(self, stream: int, data: bytes, size: int) -> None:
        """Hand on what came for a call."""
        if stream in self._open:
            self._open[stream].received(data, size)
        else:
            self.acknowledge(stream, size)

    def ended(self, stream: int) -> None:
        """Tell a call that it is whole."""
        if stream in self._open:
            self._open[stream].ended()

    def broken(self, stream: int) -> None:
        """Tell a call that its caller has gone."""
        self._outbox.forget(stream)
        if stream in self._open:
            self._open.pop(stream).abandoned()

    def widened(self) -> None:
        """Send what has waited for room."""
        self._outbox.go_on()

    def spent(self) -> None:
        """Count it, and raise FloodError where it is too much."""
        self._allowance.spend(time.monotonic_ns())

    def greeted(self) -> None:
        """Have more patience."""
        if self._patience == GREETING:
            self._patience = IDLE

    def echoed(self, mark: bytes) -> None:
        """Leave, once the peer knows that we do."""
        if mark == _LAST_CALL_MARK:
            self._is_leaving = True

    def leaving(self, error: int) -> None:
        """Close when all is answered, as the peer asks for nothing more."""
        if error != Error.NO_ERROR:
            raise ConnectionFailure(Error.NO_ERROR)
        self._is_leaving = True

    def drain(self) -> None:
        """Ask for no more calls, and close when those that came have been answered."""
        self._session.last_call(_LAST_CALL_MARK)
        for call in self._open.values():
            call.drain()
        self.since, self._patience = time.monotonic_ns(), _LAST_CALL
        self._flush()

    def abort(self) -> None:
        """Drop it."""
        self._connections.discard(self)
        self._transport.abort()

    def sweep(self, now: int) -> None:
        """Give up what has taken too long at a monotonic nanosecond, and whom nobody knows any more."""
        if self._stalled is not None and now - self._stalled > STALL:
            self._transport.abort()
            return
        self._outbox.give_up(now)
        for call in list(self._open.values()):
            if call.deadline < now:
                call.expire()
            else:
                call.doubt()
        if self.is_idle and now - self.since > self._patience:
            self._close(Error.NO_ERROR)
        self._flush()

    @property
    def is_idle(self) -> bool:
        """Whether no call runs, and none is answered."""
        return not self._open and not self._outbox

    def _close(self, error: Error) -> None:
        """Say that this is the end, and why."""
        self._session.goaway(error)
        self._hang_up()

    def _hang_up(self) -> None:
        """Send what is left to be sent, and nothing after it."""
        self._flush()
        if self._stalled is None:
            self._stalled = time.monotonic_ns()
        self._transport.close()

    def _flush_soon(self) -> None:
        """Send at the end of the loop's turn, all together."""
        if not self._is_flushing:
            self._is_flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_flushing = False
        if self._transport.is_closing():
            return
        frames = self._session.out.take()
        if frames:
            self._transport.write(frames)
        if self._is_leaving and self.is_idle:
            self._is_leaving = False
            self._close(Error.NO_ERROR)
