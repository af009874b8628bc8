"""A client that is known by one header, whatever shows who it is elsewhere."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.refusal import Header, RefusedError
from support.asgi import JSON

AS_KNOWN: Final = (*JSON, (b"name", b"known"))
"""The headers of JSON that the client sends."""


class Known:
    """Knows one client, which sends `AS_KNOWN` from this machine."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:
        if peer.address != "127.0.0.1" or (b"name", b"known") not in headers:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "a stranger", (b"www-authenticate", b"Bearer"))
        return self._client
