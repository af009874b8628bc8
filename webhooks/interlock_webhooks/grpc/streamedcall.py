"""A call whose messages come by and by."""

import asyncio
import sys
from collections.abc import AsyncIterator

from interlock.errors import RequestError
from interlock_webhooks.clients.authenticator import check_still_authorized
from interlock_webhooks.clients.client import Client
from interlock_webhooks.exchange import Answer
from interlock_webhooks.grpc.call import Call
from interlock_webhooks.grpc.calls import stream_of
from interlock_webhooks.grpc.method import StreamedMethod


class StreamedCall(Call):
    """A call with many messages. Its handler runs from the start, and more come only when it has taken them."""

    _method: StreamedMethod
    _is_cut = False
    _is_doubted = False

    @property
    def deadline(self) -> int:
        """When its caller gives up, if it has said that it will."""
        return sys.maxsize if self._head.timeout is None else self._started + self._head.timeout

    def doubt(self) -> None:
        """Ask who calls before more is taken."""
        self._is_doubted = True
        self._wake()

    def drain(self) -> None:
        """Take what has come for all: streams may last for days."""
        self._is_cut = True
        self.ended()

    async def _handled(self, client: Client) -> Answer:
        request = stream_of(self._head, client, self._carrier.peer, self._started)
        return await self._method.handler(request, self._taken())

    async def _check_client(self) -> None:
        self._is_doubted = False
        asked, peer = self._calls.authenticator, self._carrier.peer
        await check_still_authorized(asked, self._head.headers, peer, self._method.endpoint)

    async def _taken(self) -> AsyncIterator[bytes]:
        while True:
            while self._is_doubted or not (self._messages.is_ready or self._is_whole):
                await (self._check_client() if self._is_doubted else self._more())
            if self._broken is not None:
                raise self._broken
            message = self._messages.take()
            if message is None:
                break
            self._hold(self._messages.held)
            yield message
            # Others get their turn between the messages of a long stream.
            await asyncio.sleep(0)
        if self._messages.held and not self._is_cut:
            raise RequestError("the stream ends within a message")
