"""The other end of a connection: its address, and the certificate that the handshake verified.

That a certificate is good is for TLS to say: one that isn't never gets here.
"""

import sys
from datetime import UTC
from functools import lru_cache
from typing import Final

from cryptography import x509
from msgspec import Struct

_MOST_CACHED: Final = 4_096


class Certificate(Struct, frozen=True, kw_only=True):
    """Whom a certificate names (RFC 5280, section 4.2.1.6), and the Unix second at which it ends.

    `dns_names` are in lower case. The subject's common name names nobody (RFC 9525).
    """

    uris: tuple[str, ...]
    dns_names: tuple[str, ...]
    ends: int


_NAMELESS: Final = Certificate(uris=(), dns_names=(), ends=sys.maxsize)


class Peer(Struct, frozen=True):
    """Whoever is connected: an IP address, empty where there is none, and what it showed."""

    address: str
    certificate: Certificate | None = None


@lru_cache(maxsize=_MOST_CACHED)
def certificate_of(pem: str) -> Certificate:
    """The certificate in `pem`, which names nobody where its names can't be read."""
    try:
        read = x509.load_pem_x509_certificate(pem.encode())
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return _NAMELESS
    return Certificate(
        uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
        dns_names=tuple(name.lower() for name in names.get_values_for_type(x509.DNSName)),
        ends=int(read.not_valid_after_utc.replace(tzinfo=UTC).timestamp()),
    )
