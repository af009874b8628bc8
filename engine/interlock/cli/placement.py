"""The options that say where the service is and what it is not asked about."""

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from interlock.errors import OperatorError
from interlock.registration.settings import Bundle, FailurePolicy, InCluster, InjectedBundle, Settings

DEFAULTS: Final = Settings()
_REACHED: Final = InCluster()
DEFAULT_SERVICE: Final = _REACHED.name
DEFAULT_PORT: Final = _REACHED.port

NamespaceOption: TypeAlias = Annotated[
    str, typer.Option("--namespace", metavar="NAME", help="The namespace that the service runs in.")
]
AccountOption: TypeAlias = Annotated[
    str, typer.Option("--service-account", metavar="NAME", help="The service account that it runs as.")
]
ExemptOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--exempt",
        metavar="NAMESPACE",
        help="A namespace that no policy is asked about, beside the service's own and those of the system.",
    ),
]
MayBeExemptOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--may-be-exempt",
        metavar="NAMESPACE",
        help="A namespace that no policy is asked about while it has the label `interlock.dev/exempt`.",
    ),
]
FailureOption: TypeAlias = Annotated[
    FailurePolicy,
    typer.Option("--failure-policy", help="What becomes of requests while the service can't be asked."),
]
TimeoutOption: TypeAlias = Annotated[
    int, typer.Option("--timeout", min=1, max=30, help="Seconds that a request waits at most.")
]
ReachedByOption: TypeAlias = Annotated[
    str, typer.Option("--service", metavar="NAME", help="The Service that leads to the webhook.")
]
PortOption: TypeAlias = Annotated[
    int, typer.Option("--port", min=1, max=65535, help="The port of that Service.")
]
BundleOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--ca-bundle", metavar="FILE", help="The certificates, PEM, that the API server trusts."),
]
InjectionOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--inject-ca-from",
        metavar="NAMESPACE/NAME",
        help="The Certificate of cert-manager whose authority the API server trusts.",
    ),
]


def trust_of(bundle: Path | None, certificate: str | None) -> Bundle | InjectedBundle:
    """Whom the API server trusts, as the options say.

    Raises:
        OperatorError: they say two things.
    """
    if bundle is not None and certificate is not None:
        raise OperatorError("`--ca-bundle` and `--inject-ca-from`: give one of them, or none")
    if certificate is not None:
        if certificate.count("/") != 1 or not all(certificate.split("/")):
            raise OperatorError(
                f"`--inject-ca-from` is `{certificate}`: give the namespace and the name of a Certificate, "
                "such as `interlock/interlock`"
            )
        return InjectedBundle(certificate)
    return Bundle(b"" if bundle is None else bundle.read_bytes())
