"""One call, from its head to its end.

Who calls is known before a handler hears of it, and before more is read than one
window has. What was begun is finished, as over HTTP: a handler whose caller has gone,
or whose time is over, runs on, and its answer goes nowhere. So nothing is held that
no log knows of.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from http import HTTPStatus
from typing import Final

from interlock.errors import RequestError
from interlock_webhooks.clients.authenticator import authorized
from interlock_webhooks.clients.client import LOCAL, Client
from interlock_webhooks.clients.endpoints import FREE
from interlock_webhooks.exchange import Answer
from interlock_webhooks.grpc.calls import Calls, Carrier, request_of
from interlock_webhooks.grpc.framing import Messages
from interlock_webhooks.grpc.head import Head
from interlock_webhooks.grpc.method import Method, StreamedMethod
from interlock_webhooks.grpc.response import answered, failed
from interlock_webhooks.hot import READ_SECONDS
from interlock_webhooks.refusal import RefusedError

_READ: Final = int(READ_SECONDS * 1_000_000_000)


class Call(ABC):
    """One call on a stream of `carrier`, which has begun."""

    def __init__(
        self, method: Method | StreamedMethod, calls: Calls, carrier: Carrier, stream: int, head: Head
    ) -> None:
        self._method = method
        self._calls = calls
        self._carrier = carrier
        self._stream = stream
        self._head = head
        self._started = time.monotonic_ns()
        self._messages = Messages()
        self._held = 0
        self._unacknowledged = 0
        self._is_whole = False
        self._is_over = False
        self._broken: RequestError | None = None
        self._waiting: asyncio.Future[None] | None = None
        calls.enter(method)
        self._task = asyncio.get_running_loop().create_task(self._answer())

    def received(self, data: bytes, size: int) -> None:
        """`data` has come, which took `size` bytes of the stream's window."""
        self._unacknowledged += size
        if self._is_over:
            self._acknowledge()
            return
        try:
            self._messages.add(data)
            self._hold(self._messages.held)
        except RefusedError as error:
            self._break(error)
        self._wake()

    def ended(self) -> None:
        """Everything has come."""
        self._is_whole = True
        self._wake()

    def abandoned(self) -> None:
        """Whoever called has gone."""
        self._is_over = True
        self._break(RefusedError(HTTPStatus.BAD_REQUEST, "the call was broken off"))

    def expire(self) -> None:
        """Time is over: say so."""
        error = RefusedError(HTTPStatus.GATEWAY_TIMEOUT, "the call took longer than it may")
        self._fail(error)
        self._break(error)

    @abstractmethod
    def doubt(self) -> None:
        """Have it asked anew who calls, if that may be long ago: clients are taken out, tokens end."""

    @abstractmethod
    def drain(self) -> None:
        """Wait for nothing that might never come."""

    @property
    @abstractmethod
    def deadline(self) -> int:
        """The monotonic nanosecond at which its caller gives up."""

    @abstractmethod
    async def _handled(self, client: Client) -> Answer:
        """What the handler answers to `client`."""

    async def _answer(self) -> None:
        try:
            client = await self._client()
            if client.max_body is not None:
                self._messages.most = min(self._messages.most, client.max_body)
            response = answered(await self._handled(client))
        except asyncio.CancelledError:
            self._fail(RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the service stops: try again elsewhere"))
            raise
        except Exception as error:  # noqa: BLE001 - closed by default: the caller gets a status, never an allow
            self._fail(error)
        else:
            if not self._is_over:
                self._is_over = True
                self._carrier.respond(self._stream, response)
        finally:
            self._calls.leave(self._method)
            self._hold(0)
            # The stream needs no more room, but the connection does.
            self._acknowledge()

    async def _client(self) -> Client:
        """Who calls, and may."""
        if self._method.endpoint in FREE:
            return LOCAL
        asked = self._calls.authenticator
        return await authorized(asked, self._head.headers, self._carrier.peer, self._method.endpoint)

    async def _more(self) -> None:
        """Let more come, until it has; raise what broke the call off."""
        self._acknowledge()
        if self._broken is None and not self._is_whole:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        if self._broken is not None:
            raise self._broken

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _break(self, error: RequestError) -> None:
        self._broken = self._broken or error
        self._wake()

    def _fail(self, error: Exception) -> None:
        if self._is_over:
            self._calls.logged(self._head.path, error)
            return
        self._is_over = True
        self._calls.failed(self._head.path, error)
        self._carrier.respond(self._stream, failed(error))

    def _hold(self, size: int) -> None:
        """Hold `size` bytes from now on."""
        more, self._held = size - self._held, size
        self._calls.hold(more)

    def _acknowledge(self) -> None:
        size, self._unacknowledged = self._unacknowledged, 0
        if size:
            self._carrier.acknowledge(self._stream, size)


class UnaryCall(Call):
    """A call with one message, which its handler gets when it is there."""

    _method: Method

    @property
    def deadline(self) -> int:
        """When its caller gives up, or we stop waiting for its message."""
        patience = self._head.patience
        return self._started + (patience if self._is_whole else min(patience, _READ))

    def doubt(self) -> None:
        """Go on: it is over soon."""

    def drain(self) -> None:
        """Go on: its message has its time."""

    async def _handled(self, client: Client) -> Answer:
        while not self._is_whole:
            self._messages.check_only()
            await self._more()
        if self._broken is not None:
            raise self._broken
        message = self._messages.only()
        request = request_of(self._head, client, self._carrier.peer, self._started, message)
        return await self._method.handler(request)
