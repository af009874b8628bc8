"""The options that say how gateways reach the service, and who of them may."""

from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

import typer

from interlock.errors import OperatorError
from interlock.spelling import quoted

UrlOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="Where gateways reach the check API, such as `https://interlock.example`. "
        "Default: where it listens.",
    ),
]
GrpcAddressOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--grpc-address",
        metavar="HOST:PORT",
        help="Where gateways call over gRPC, such as `127.0.0.1:9090`. Default: nowhere.",
    ),
]
ClientsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--clients",
        metavar="FILE",
        help="Who may call the check API. Without it everybody who can: on loopback only.",
    ),
]
ClientAuthoritiesOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--client-ca", metavar="FILE", help="Certificates, PEM, that client certificates are signed by."
    ),
]
CheckCertificateOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--check-cert",
        metavar="FILE",
        help="Certificate chain of the check API, PEM. Default: that of the webhook.",
    ),
]
CheckKeyOption: TypeAlias = Annotated[
    Path | None, typer.Option("--check-key", metavar="FILE", help="Key of that certificate, PEM.")
]
TlsTerminatedOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--tls-terminated",
        help="Something in front of the check API speaks TLS with its callers: beyond loopback, too, "
        "listen without.",
    ),
]


def url_of(written: str) -> str:
    """Where gateways reach the check API, with nothing after the host and port.

    Raises:
        OperatorError: it isn't written so.
    """
    if not _is_origin(written):
        raise OperatorError(
            f"`--url` is {quoted(written)}: give a scheme and a host, such as `https://interlock.example`"
        )
    return written


def _is_origin(written: str) -> bool:
    try:
        parts = urlsplit(written)
        is_reachable = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False
    is_bare = written == f"{parts.scheme}://{parts.netloc}"
    return is_reachable and is_bare and parts.scheme in {"http", "https"}
