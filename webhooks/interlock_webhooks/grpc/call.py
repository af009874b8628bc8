"""One call, from its head to its end.

What was begun is finished, as over HTTP: a handler whose caller has gone, or
whose time is over, runs on, and its answer goes nowhere. So nothing is held that no log knows of.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Final

from msgspec.structs import replace

from interlock_webhooks.clients.client import LOCAL, Client
from interlock_webhooks.clients.credentials import unspent
from interlock_webhooks.exchange import Answer
from interlock_webhooks.grpc.calls import Calls, Carrier, request_of
from interlock_webhooks.grpc.framing import Messages
from interlock_webhooks.grpc.head import Head
from interlock_webhooks.grpc.method import Method
from interlock_webhooks.grpc.response import answered, failed
from interlock_webhooks.hot import READ_SECONDS
from interlock_webhooks.refusal import RefusedError

_READ: Final = int(READ_SECONDS * 1_000_000_000)


class Call(ABC):
    """One call on a stream of `carrier`. `is_whole` is whether its caller has sent everything."""

    def __init__(self, calls: Calls, carrier: Carrier, stream: int, head: Head) -> None:
        self._calls = calls
        self._carrier = carrier
        self._stream = stream
        self._head = head
        self._started = time.monotonic_ns()
        self._messages = Messages()
        self._held = 0
        self._is_over = False
        self._task: asyncio.Task[None] | None = None
        self._unacknowledged = 0
        self._client: Client | None = None
        self.is_whole = False

    @abstractmethod
    def received(self, data: bytes, size: int) -> None:
        """`data` has come, which took `size` bytes of the stream's window."""

    @abstractmethod
    def ended(self) -> None:
        """Everything has come."""

    @property
    @abstractmethod
    def deadline(self) -> int:
        """The monotonic nanosecond at which its caller gives up."""

    @abstractmethod
    def _known(self, client: Client) -> None:
        """It is known that `client` calls, which may."""

    def _identify(self) -> None:
        """Find out who calls; until then nothing that comes makes room for more."""
        if self._calls.is_open(self._head.path):
            self._client = LOCAL
            self._known(LOCAL)
        else:
            self._task = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        peer = self._carrier.peer
        try:
            client = await self._calls.client_of(self._head, peer)
        except Exception as error:  # noqa: BLE001 - closed by default: the caller gets a status, never an allow
            self._fail(error)
        else:
            if not self._is_over:
                self._head = replace(self._head, headers=unspent(self._head.headers, peer))
                self._client = client
                self._known(client)
        self._acknowledge()

    def _acknowledge(self) -> None:
        size, self._unacknowledged = self._unacknowledged, 0
        if size:
            self._carrier.acknowledge(self._stream, size)

    def abandoned(self) -> None:
        """Whoever called has gone."""
        self._is_over = True
        self._hold(0)

    def expire(self) -> None:
        """Time is over: say so."""
        self._fail(RefusedError(HTTPStatus.GATEWAY_TIMEOUT, "the call took longer than it may"))

    def _run(self, answer: Awaitable[Answer]) -> None:
        self._calls.running += 1
        self._task = asyncio.get_running_loop().create_task(self._answer(answer))

    async def _answer(self, answer: Awaitable[Answer]) -> None:
        try:
            response = answered(await answer)
        except Exception as error:  # noqa: BLE001 - closed by default: the caller gets a status, never an allow
            self._fail(error)
        else:
            if not self._is_over:
                self._is_over = True
                self._carrier.respond(self._stream, response)
        finally:
            self._calls.running -= 1
            self._hold(0)

    def _fail(self, error: Exception) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._calls.failed(self._head.path, error)
        self._carrier.respond(self._stream, failed(error))
        self._hold(0)

    def _hold(self, size: int) -> None:
        """Hold `size` bytes from now on."""
        more, self._held = size - self._held, size
        self._calls.hold(more)


class UnaryCall(Call):
    """A call with one message, which its handler gets when it is there."""

    def __init__(self, method: Method, calls: Calls, carrier: Carrier, stream: int, head: Head) -> None:
        super().__init__(calls, carrier, stream, head)
        self._handler = method.handler
        self._identify()

    @property
    def deadline(self) -> int:
        """When its caller gives up, or we stop waiting for its message."""
        patience = self._head.patience
        return self._started + (patience if self.is_whole else min(patience, _READ))

    def received(self, data: bytes, size: int) -> None:
        """Keep `data`; once it is known who calls, more may come at once, as messages have a bound."""
        self._unacknowledged += size
        if self._client is not None or self._is_over:
            self._acknowledge()
        if self._is_over:
            return
        try:
            self._messages.add(data)
            self._hold(self._messages.held)
        except RefusedError as error:
            self._fail(error)

    def ended(self) -> None:
        """Hand the message over, once it is known who calls."""
        self.is_whole = True
        if self._client is not None:
            self._hand_over(self._client)

    def _known(self, client: Client) -> None:
        if self.is_whole:
            self._hand_over(client)

    def _hand_over(self, client: Client) -> None:
        if self._is_over:
            return
        try:
            message = self._messages.only()
        except Exception as error:  # noqa: BLE001 - what came is no message
            self._fail(error)
        else:
            self._run(self._handler(request_of(self._head, client, self._started, message)))
