"""The calls of one listener: begun, bounded and counted together."""

import sys
import time
from http import HTTPStatus
from typing import Final, Protocol

from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock_webhooks.clients.authenticator import Authenticator
from interlock_webhooks.clients.client import LOCAL, Client
from interlock_webhooks.clients.credentials import unspent
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.deadline import MAX_DECISION, leaving_a_margin
from interlock_webhooks.exchange import Request
from interlock_webhooks.grpc.head import Head
from interlock_webhooks.grpc.method import Method, Methods, StreamedMethod
from interlock_webhooks.grpc.response import Response
from interlock_webhooks.hot import MAX_HELD, MAX_IN_FLIGHT
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.refusal import RefusedError, status_of
from interlock_webhooks.text import quoted

NEVER: Final = sys.maxsize
"""The `until` of a stream that ends when its caller ends it."""

MAX_STREAMING: Final = 256
"""Calls with streams of messages at once: they may last for days."""

_UNKNOWN: Final = "grpc"


class Carrier(Protocol):
    """What brought a call, and takes its response back."""

    peer: Peer

    def respond(self, stream: int, response: Response) -> None:
        """End the call on `stream`, unless it has ended."""

    def acknowledge(self, stream: int, size: int) -> None:
        """Let so many bytes more come."""


class Calls:
    """The methods that can be called, and what all calls of them take together.

    `authenticator` says who calls. `running` is how many calls with one message run,
    `streaming` how many others, and `held` how many bytes of messages wait.
    """

    def __init__(
        self, methods: Methods, metrics: Metrics, log: FilteringBoundLogger, authenticator: Authenticator
    ) -> None:
        self.authenticator = authenticator
        self._methods = methods
        self._metrics = {path: metrics.route(method.endpoint) for path, method in methods.items()}
        self._unknown = metrics.route(_UNKNOWN)
        self.log = log
        self.running = 0
        self.streaming = 0
        self.held = 0

    def method(self, path: str) -> Method | StreamedMethod:
        """The method at `path`; RequestError where there is none, or too many calls."""
        method = self._methods.get(path)
        if method is None:
            raise RefusedError(HTTPStatus.NOT_IMPLEMENTED, f"there is no method {quoted(path)}")
        if self.running >= MAX_IN_FLIGHT or (
            self.streaming >= MAX_STREAMING and isinstance(method, StreamedMethod)
        ):
            raise _too_many()
        return method

    def enter(self, method: Method | StreamedMethod) -> None:
        """Count one call more that runs."""
        if isinstance(method, Method):
            self.running += 1
        else:
            self.streaming += 1

    def leave(self, method: Method | StreamedMethod) -> None:
        """Count one call fewer."""
        if isinstance(method, Method):
            self.running -= 1
        else:
            self.streaming -= 1

    def hold(self, more: int) -> None:
        """Hold so many bytes more, or fewer, from now on; RequestError where that is too many."""
        self.held += more
        if more > 0 and self.held > MAX_HELD:
            raise _too_many()

    def failed(self, path: str, error: Exception) -> None:
        """Count that a call ended with `error`, and log it."""
        self._metrics.get(path, self._unknown).refused(status_of(error))
        self.logged(path, error)

    def logged(self, path: str, error: Exception) -> None:
        """Log what is not the caller's fault, whether or not a caller hears of it."""
        if status_of(error) is HTTPStatus.INTERNAL_SERVER_ERROR:
            # What an operator has to mend says so itself; anything else is a defect.
            why = {"error": str(error)} if isinstance(error, OperatorError) else {"exc_info": error}
            self.log.error("request failed", endpoint=self._metrics.get(path, self._unknown).endpoint, **why)


def request_of(head: Head, client: Client, peer: Peer, started: int, message: bytes) -> Request:
    """The request of a call that began at the monotonic nanosecond `started` and has its one message now."""
    until = started + leaving_a_margin(head.patience)
    return _request(head, client, peer, min(until, time.monotonic_ns() + MAX_DECISION), message)


def stream_of(head: Head, client: Client, peer: Peer, started: int) -> Request:
    """The request of a call whose messages come by and by."""
    until = NEVER if head.timeout is None else started + leaving_a_margin(head.timeout)
    return _request(head, client, peer, until, b"")


def _request(head: Head, client: Client, peer: Peer, until: int, body: bytes) -> Request:
    return Request(
        body=body,
        until=until,
        client=client,
        method="POST",
        path=head.path,
        query=b"",
        headers=head.headers if client is LOCAL else unspent(head.headers, peer),
    )


def _too_many() -> RefusedError:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return RefusedError(status, "too many requests at once: try again", (b"retry-after", b"1"))
