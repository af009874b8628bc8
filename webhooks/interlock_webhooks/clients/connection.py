"""The other end of a connection, as ASGI tells of it. Pure."""

from starlette.types import Scope

from interlock_webhooks.clients.peer import Peer, certificate_of


def peer_of(scope: Scope) -> Peer:
    """Who is connected, with the certificate of ASGI's TLS extension where one was verified.

    https://asgi.readthedocs.io/en/latest/specs/tls.html
    """
    address = (scope.get("client") or ("",))[0]
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    return Peer(address, certificate_of(chain[0]) if chain else None)
