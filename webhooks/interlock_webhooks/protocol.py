"""The HTTP/1.1 connection: uvicorn's, with one write for each answer and bounds on how a request arrives.

uvicorn writes headers and body apart. Two segments meet Nagle's algorithm and
delayed acknowledgements on the way, which costs a client such as the API
server about 40 ms; over TLS they are two records as well. uvicorn also waits
for ever for a request's headers, and keeps all that come.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from interlock_webhooks.clients.connection import shown_certificate

REQUEST_SECONDS: Final = 20.0
"""From a connection's or request's first byte to the request's last."""

STALL_SECONDS: Final = 30.0
"""Until a connection is dropped whose peer doesn't read what waits for it."""

MAX_HEAD: Final = 64 * 1024
"""Bytes of a request line with its headers, and of trailers, give or take one read."""


class OneWriteTransport(asyncio.Transport):
    """Writes what was written in one turn of the event loop at once, at the end of the turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._pending: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep `data` until the turn ends."""
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending.append(bytes(data))

    def close(self) -> None:
        """Write what is kept, then close."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close, whatever is still to be written."""
        self._transport.abort()

    def is_closing(self) -> bool:
        """As the transport says."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - the base class's signature
        """As the transport says."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """As the transport does."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """As the transport does."""
        self._transport.resume_reading()

    def _flush(self) -> None:
        if self._pending:
            data = b"".join(self._pending)
            self._pending.clear()
            self._transport.write(data)


class BoundedProtocol(HttpToolsProtocol):
    """One connection: answers in one write, drops who sends too slowly or too long a head."""

    _deadline: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _head_size = 0
    _in_head = True
    _read_size = 0
    _is_arriving = False
    _extensions: dict[str, dict[object, object]] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own narrowing
        """Start the clock for the first request."""
        super().connection_made(OneWriteTransport(transport, self.loop))
        self._extensions = _extensions(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._stop_clock()
        self._go_on()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for a peer that doesn't read, but not for ever: what is read for it may be held open."""
        super().pause_writing()
        self._go_on()
        self._stalled = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads."""
        self._go_on()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Parse `data`; close where a head goes on for too long. A clock runs for what is not all there.

        It also runs for what is no request, such as an empty line: uvicorn's own has stopped for anything.
        """
        self._read_size = len(data)
        super().data_received(data)
        if self._deadline is None and (self._is_arriving or self.cycle.response_complete):
            self._start_clock()
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD and not self.transport.is_closing():
                self.send_400_response("The request's headers are too long.")

    def on_message_begin(self) -> None:
        """Stop the clock of what was before: most requests are all there, and need none."""
        super().on_message_begin()
        if self._extensions:
            self.scope["extensions"] = self._extensions
        self._in_head = True
        self._head_size = 0
        self._is_arriving = True
        self._stop_clock()

    def on_headers_complete(self) -> None:
        """The body is counted where it is read, and what follows it is no header.

        Whoever let the headers pass has not seen trailers (RFC 9110, section 6.5.1).
        """
        self._in_head = False
        super().on_headers_complete()
        self.headers = []

    def on_chunk_header(self) -> None:
        """A part of the body may follow, or trailers: what is read from now on counts until that is known."""
        self._in_head = True
        self._head_size = -self._read_size

    def on_body(self, body: bytes) -> None:
        """It was a part of the body."""
        self._in_head = False
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the clock: the request has arrived."""
        self._in_head = False
        self._is_arriving = False
        self._stop_clock()
        super().on_message_complete()

    def _go_on(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _start_clock(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.close)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _extensions(transport: asyncio.Transport) -> dict[str, dict[object, object]] | None:
    """ASGI's TLS extension of a connection over TLS, with the client's certificate if one was verified.

    Only the certificate itself, since nobody reads what it was verified by.
    https://asgi.readthedocs.io/en/latest/specs/tls.html
    """
    if transport.get_extra_info("ssl_object") is None:
        return None
    certificate = shown_certificate(transport)
    return {"tls": {"client_cert_chain": [] if certificate is None else [certificate]}}
