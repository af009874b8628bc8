"""The other end of a connection, as a transport or ASGI tells of it."""

import asyncio
import ssl

from starlette.types import Scope

from interlock_webhooks.clients.peer import Peer, certificate_of


def peer_of(scope: Scope) -> Peer:
    """Who is connected, with the certificate of ASGI's TLS extension where one was verified.

    https://asgi.readthedocs.io/en/latest/specs/tls.html
    """
    address = (scope.get("client") or ("",))[0]
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    return Peer(address, certificate_of(chain[0]) if chain else None)


def peer_at(transport: asyncio.BaseTransport) -> Peer:
    """Who is at the other end of `transport`, with the certificate that TLS has verified."""
    name = transport.get_extra_info("peername")
    shown = shown_certificate(transport)
    # Of a Unix socket there is no name, or a path.
    address = str(name[0]) if isinstance(name, tuple) else ""
    return Peer(address, certificate_of(shown) if shown else None)


def shown_certificate(transport: asyncio.BaseTransport) -> str | None:
    """The client's certificate, PEM, that TLS has verified; None where none was shown."""
    connection = transport.get_extra_info("ssl_object")
    certificate = None if connection is None else connection.getpeercert(binary_form=True)
    return None if certificate is None else ssl.DER_cert_to_PEM_cert(certificate)
