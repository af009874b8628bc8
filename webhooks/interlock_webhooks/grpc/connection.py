"""One connection: frames in, calls begun, responses out, within bounds.

The h2 library holds the peer to HTTP/2, and says where the connection must
end. What a peer may do, and none has to do so often, is bounded here.
"""

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from h2 import events
from h2.connection import ConnectionState
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError

from interlock_webhooks.grpc.allowance import Allowance, FloodError
from interlock_webhooks.grpc.calls import Calls
from interlock_webhooks.grpc.http import last_call, new_connection
from interlock_webhooks.grpc.opening import opened
from interlock_webhooks.grpc.outbox import Outbox
from interlock_webhooks.grpc.response import Response, failed

if TYPE_CHECKING:
    from interlock_webhooks.grpc.call import Call

GREETING: Final = 10_000_000_000
"""Nanoseconds until a new connection has spoken HTTP/2."""

IDLE: Final = 600_000_000_000
"""Nanoseconds until a connection without calls is closed."""

STALL: Final = 30_000_000_000
"""Nanoseconds until a connection is dropped whose peer reads nothing."""

_LAST_CALL: Final = 1_000_000_000
_LAST_CALL_MARK: Final = b"lastcall"
_SLICE: Final = 16 * 1024
_PENDING: Final = 256 * 1024
_COSTLY: Final = (
    events.PingReceived,
    events.PriorityUpdated,
    events.RemoteSettingsChanged,
    events.SettingsAcknowledged,
    events.StreamReset,
    events.TrailersReceived,
    events.UnknownFrameReceived,
    events.WindowUpdated,
)


class Connection(asyncio.Protocol):
    """One connection, which is among its `peers` while it lasts."""

    def __init__(self, calls: Calls, peers: set["Connection"]) -> None:
        self._calls = calls
        self._peers = peers
        self._loop = asyncio.get_running_loop()
        self._http = new_connection()
        self._outbox = Outbox(self._http)
        self._open: dict[int, Call] = {}
        # When the last call ended or began.
        self._since = time.monotonic_ns()
        self._allowance = Allowance(self._since)
        self._patience = GREETING
        self._stalled: int | None = None
        self._is_leaving = False
        self._is_flushing = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # of a stream
        """Say what we allow."""
        self._transport = transport
        transport.set_write_buffer_limits(high=_PENDING)
        self._peers.add(self)
        self._flush()

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell all calls that their caller has gone."""
        self._peers.discard(self)
        for call in self._open.values():
            call.abandoned()
        self._open.clear()

    def data_received(self, data: bytes) -> None:
        """Do what the frames in `data` ask for."""
        try:
            # In slices, so that what is too much ends soon.
            for start in range(0, len(data), _SLICE):
                if self._transport.is_closing():
                    return
                for event in self._http.receive_data(data[start : start + _SLICE]):
                    self._account(event)
                    self._react(event)
        except FloodError:
            self._calls.log.warning("connection closed: it sends too much that asks for nothing")
            self._close(ErrorCodes.ENHANCE_YOUR_CALM)
        except ProtocolError:
            # h2 has said why.
            self._hang_up()
        except Exception:
            # Closed by default: whoever sent it may not go on.
            self._calls.log.exception("connection dropped")
            self._transport.abort()
        else:
            self._flush()

    def pause_writing(self) -> None:
        """Take nothing more from a peer that reads nothing."""
        self._stalled = time.monotonic_ns()
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._stalled = None
        self._transport.resume_reading()

    def respond(self, stream: int, response: Response) -> None:
        """End the call on `stream`."""
        call = self._open.pop(stream, None)
        self._since = time.monotonic_ns()
        self._allowance.earn()
        self._outbox.send(stream, response, self._since, is_whole=call is not None and call.is_whole)
        self._flush_soon()

    def acknowledge(self, stream: int, size: int) -> None:
        """Let so many bytes more come."""
        with suppress(ProtocolError):
            self._http.acknowledge_received_data(size, stream)
            self._flush_soon()

    def drain(self) -> None:
        """Ask for no more calls, and close when those that came have been answered."""
        self._flush()
        if self._transport.is_closing():
            return
        self._transport.write(last_call())
        self._http.ping(_LAST_CALL_MARK)
        self._since, self._patience = time.monotonic_ns(), _LAST_CALL
        self._flush()

    def abort(self) -> None:
        """Drop it."""
        self._transport.abort()

    def sweep(self, now: int) -> None:
        """Give up what has taken too long at a monotonic nanosecond."""
        if self._stalled is not None and now - self._stalled > STALL:
            self._transport.abort()
            return
        self._outbox.give_up(now)
        for call in [call for call in self._open.values() if call.deadline < now]:
            call.expire()
        if self._is_idle and now - self._since > self._patience:
            self._close()
        self._flush()

    @property
    def _is_idle(self) -> bool:
        return not self._open and not self._outbox

    def _account(self, event: events.Event) -> None:
        """Raise FloodError where too much of what `event` is has come."""
        is_costly = isinstance(event, _COSTLY) or (isinstance(event, events.DataReceived) and not event.data)
        if is_costly:
            self._allowance.spend(time.monotonic_ns())

    def _react(self, event: events.Event) -> None:
        match event:
            case events.RequestReceived():
                self._begin(event)
            case events.DataReceived():
                self._receive(event)
            case events.StreamEnded():
                if event.stream_id in self._open:
                    self._open[event.stream_id].ended()
            case events.StreamReset():
                self._outbox.forget(event.stream_id)
                if event.stream_id in self._open:
                    self._open.pop(event.stream_id).abandoned()
            case _:
                self._note(event)

    def _note(self, event: events.Event) -> None:
        """Do what an event asks for that belongs to no call."""
        match event:
            case events.WindowUpdated():
                self._outbox.go_on()
            case events.RemoteSettingsChanged():
                if self._patience == GREETING:
                    self._patience = IDLE
                self._outbox.go_on()
            case events.PingAckReceived(ping_data=data) if data == _LAST_CALL_MARK:
                self._is_leaving = True
            case events.ConnectionTerminated():
                self._leave(event.error_code or ErrorCodes.NO_ERROR)
            case _:
                pass

    def _begin(self, event: events.RequestReceived) -> None:
        stream = event.stream_id
        self._since = time.monotonic_ns()
        try:
            self._open[stream] = opened(self._calls, self, stream, event.headers)
        except Exception as error:  # noqa: BLE001 - closed by default: the caller gets a status, never an allow
            self._calls.failed("", error)
            is_whole = event.stream_ended is not None
            self._outbox.send(stream, failed(error), self._since, is_whole=is_whole)

    def _receive(self, event: events.DataReceived) -> None:
        call = self._open.get(event.stream_id)
        if call is None:
            self.acknowledge(event.stream_id, event.flow_controlled_length)
        else:
            call.received(event.data, event.flow_controlled_length)

    def _leave(self, error: ErrorCodes | int) -> None:
        """Close when all is answered, as the peer asks for nothing more."""
        if error != ErrorCodes.NO_ERROR:
            self._hang_up()
            return
        self._is_leaving = True
        # For h2 a connection has ended with this; its calls have not (RFC 9113, section 6.8).
        self._http.state_machine.state = ConnectionState.SERVER_OPEN

    def _close(self, error: ErrorCodes = ErrorCodes.NO_ERROR) -> None:
        """Say that this is the end, and why."""
        with suppress(ProtocolError):
            self._http.close_connection(error)
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
        frames = self._http.data_to_send()
        if frames:
            self._transport.write(frames)
        if self._is_leaving and self._is_idle:
            self._is_leaving = False
            self._close()
