"""Whoever is on this machine, where nobody is asked who they are.

A page in a browser here is not meant. It may not read what other hosts answer,
but its own host's name can be led here (DNS rebinding): then it asks by that name.
"""

from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlsplit

from interlock_webhooks.clients.client import LOCAL, Client
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.exposure import is_local
from interlock_webhooks.listener import Address
from interlock_webhooks.refusal import Header, RefusedError
from interlock_webhooks.text import quoted


class Neighbours:
    """Takes whoever calls by a name of this machine, or by the one in `url`, for the client `local`."""

    def __init__(self, url: str) -> None:
        self._own = urlsplit(url).hostname

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:  # noqa: ARG002 - nobody is asked
        """The client `local`.

        Raises:
            RefusedError: it calls by another name (403).
        """
        for name, value in headers:
            if name == b"host" and not self._is_ours(value):
                raise RefusedError(
                    HTTPStatus.FORBIDDEN,
                    f"`host` is {quoted(value.decode('latin-1'))}: call it by `localhost`, or start it with "
                    "`--url`, which says what it is called, or with `--clients`, which say who may call",
                )
        return LOCAL

    def _is_ours(self, host: bytes) -> bool:
        name = _name_in(host)
        return name is not None and (name == self._own or is_local(Address(name, 0)))


@lru_cache(maxsize=64)
def _name_in(host: bytes) -> str | None:
    """What `host` names beside a port; None where that is nothing."""
    try:
        return urlsplit(f"//{host.decode('ascii')}").hostname
    except ValueError:
        return None
