"""Who asks, by what came with a request before its body: for every transport the same."""

import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, Protocol

from interlock_webhooks.clients.client import LOCAL, Client
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.refusal import Header, RefusedError

_CERTAIN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Authenticator(Protocol):
    """Whatever tells clients from strangers."""

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:
        """The client that sends `headers`, whose names are in lower case, from `peer`.

        Raises:
            RefusedError: it is a stranger (401), has failed too often (429), or nobody can tell now (503).
        """
        ...


class Everybody:
    """Asks nobody who they are: whoever can connect is the client `local`."""

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:  # noqa: ARG002 - nobody is asked
        """The client `local`."""
        return LOCAL


EVERYBODY: Final = Everybody()


async def check_still_authorized(
    authenticator: Authenticator, headers: Sequence[Header], peer: Peer, endpoint: str
) -> None:
    """Nothing, where whoever was `authorized` before is so now. Where nobody can tell now, it is.

    Raises:
        RefusedError: it has become a stranger (401), or may not call `endpoint` any more (403).
    """
    try:
        (await authenticator.client_of(headers, peer)).check_granted(endpoint)
    except RefusedError as error:
        if error.status in _CERTAIN:
            raise


async def authorized(
    authenticator: Authenticator, headers: Sequence[Header], peer: Peer, endpoint: str
) -> Client:
    """The client that asks, which may call `endpoint` now.

    Raises:
        RefusedError: as `client_of`, or it may not call that (403), or not so often (429).
    """
    client = await authenticator.client_of(headers, peer)
    client.enter(endpoint, time.monotonic_ns())
    return client
