"""A client that is known by one header, whatever shows who it is elsewhere."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import yaml

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


class Named:
    """Knows whoever says a name in the header `name`, and lets everybody do everything."""

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:  # noqa: ARG002 - nobody is asked
        return Client(dict(headers)[b"name"].decode())


def document(*clients: Mapping[str, Any], **spec: Any) -> str:
    """A document of `clients`, with the rest of its `spec`."""
    return yaml.safe_dump(
        {
            "apiVersion": "interlock.dev/v1alpha1",
            "kind": "Clients",
            "metadata": {"name": "gateways"},
            "spec": {"clients": list(clients), **spec},
        }
    )


def listed(name: str, *ways: Mapping[str, Any], **may: Any) -> dict[str, Any]:
    """The client `name` of a document, which may call everything unless `may` says otherwise."""
    return {"name": name, "recognizedBy": list(ways), "may": {"call": ["*"], **may}}


def bearer(token: str) -> list[Header]:
    """The header of `token`."""
    return [(b"authorization", f"Bearer {token}".encode())]
