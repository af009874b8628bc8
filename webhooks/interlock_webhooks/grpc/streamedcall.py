"""A call whose messages come by and by."""

import asyncio
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus

from interlock.errors import RequestError
from interlock_webhooks.clients.client import Client
from interlock_webhooks.grpc.call import Call
from interlock_webhooks.grpc.calls import Calls, Carrier, stream_of
from interlock_webhooks.grpc.head import Head
from interlock_webhooks.grpc.method import StreamedMethod
from interlock_webhooks.refusal import RefusedError


class StreamedCall(Call):
    """A call with many messages. Once its caller is known its handler runs, and takes them before more come."""

    def __init__(self, method: StreamedMethod, calls: Calls, carrier: Carrier, stream: int, head: Head) -> None:
        super().__init__(calls, carrier, stream, head)
        self._more = asyncio.Event()
        self._broken: RequestError | None = None
        self._handler = method.handler
        self._identify()

    def _known(self, client: Client) -> None:
        self._run(self._handler(stream_of(self._head, client, self._started), self._taken()))

    @property
    def deadline(self) -> int:
        """When its caller gives up, if it has said that it will."""
        return sys.maxsize if self._head.timeout is None else self._started + self._head.timeout

    def received(self, data: bytes, size: int) -> None:
        """Keep `data` until the handler takes it."""
        self._unacknowledged += size
        if self._is_over:
            self._acknowledge()
            return
        try:
            self._messages.add(data)
            self._hold(self._messages.held)
        except RefusedError as error:
            self._break(error)
        self._more.set()
        if not self._messages.is_ready:
            # The rest of a message may be larger than the window.
            self._acknowledge()

    def ended(self) -> None:
        """No more will come."""
        self.is_whole = True
        if self._messages.held and not self._messages.is_ready:
            self._break(RequestError("the stream ends within a message"))
        self._more.set()

    def abandoned(self) -> None:
        """Whoever called has gone; so the handler hears of it, too."""
        super().abandoned()
        self._break(RefusedError(HTTPStatus.BAD_REQUEST, "the stream was broken off"))
        self._more.set()

    def expire(self) -> None:
        """Time is over for whoever called, and for the handler."""
        super().expire()
        self._break(RefusedError(HTTPStatus.GATEWAY_TIMEOUT, "the stream took longer than it may"))
        self._more.set()

    async def _taken(self) -> AsyncIterator[bytes]:
        while True:
            while not (self._broken or self.is_whole or self._messages.is_ready):
                self._more.clear()
                await self._more.wait()
            if self._broken is not None:
                raise self._broken
            message = self._messages.take()
            if message is None:
                return
            self._hold(self._messages.held)
            if not self._messages.is_ready:
                self._acknowledge()
            yield message
            # Others get their turn between the messages of a long stream.
            await asyncio.sleep(0)

    def _break(self, error: RequestError) -> None:
        self._broken = self._broken or error
