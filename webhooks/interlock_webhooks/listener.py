"""One listening socket and the HTTP server behind it."""

import contextlib
import socket
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from interlock.errors import OperatorError
from interlock_webhooks.protocol import BoundedProtocol

FINISH_SECONDS: Final = 10
"""From the last connection taken to the last answer sent."""

# Longer than the 90 seconds for which the API server keeps idle connections: it closes first.
_KEEP_ALIVE_SECONDS: Final = 120

# Seconds of silence before the other end is asked, seconds between two questions, and how many stay unanswered.
_SILENCE, _BETWEEN, _UNANSWERED = 60, 15, 4


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener listens. Port 0 means any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Listener(uvicorn.Server):
    """A server that leaves signals to whoever runs several of them."""

    def __init__(self, app: ASGIApp, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=FINISH_SECONDS,
                ssl_context_factory=None if tls is None else lambda _config, _default: tls,
            )
        )

    def stop(self) -> None:
        """Take no more connections, and end once all requests have been answered."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: uvicorn would take them for one server alone."""
        yield


def bind(address: Address) -> socket.socket:
    """A socket that listens at `address`; `OperatorError` where that can't be."""
    try:
        family, _, _, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        bound = socket.create_server(where, family=family)
    except OSError as error:
        raise OperatorError(
            f"can't listen on `{address}`: {(error.strerror or str(error)).lower()}: "
            "stop what listens there, or choose another address"
        ) from None
    # Connections inherit these. asyncio would set the first only on sockets that state their protocol.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _find_out_the_gone(bound)
    return bound


def _find_out_the_gone(bound: socket.socket) -> None:
    """Have the system ask who is silent: streams that last for days would outlive their callers' machines."""
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _SILENCE)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _BETWEEN)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _UNANSWERED)


def address_of(bound: socket.socket) -> Address:
    """Where `bound` listens, with the port that it got."""
    host, port, *_ = bound.getsockname()
    return Address(host, port)
