"""`interlock serve`: start the service and say how to talk to it."""

from pathlib import Path
from typing import Annotated, Final

import typer

from interlock.cli.above import service_part
from interlock.cli.announcement import announce
from interlock.cli.exposure import (
    CheckCertificateOption,
    CheckKeyOption,
    ClientAuthoritiesOption,
    ClientsOption,
    GrpcAddressOption,
    TlsTerminatedOption,
    UrlOption,
    url_of,
)
from interlock.cli.placement import (
    DEFAULT_PORT,
    DEFAULT_SERVICE,
    DEFAULTS,
    AccountOption,
    BundleOption,
    ExemptOption,
    FailureOption,
    InjectionOption,
    MayBeExemptOption,
    PortOption,
    ReachedByOption,
    TimeoutOption,
    trust_of,
)
from interlock.errors import OperatorError
from interlock.loading.kinds.amounts import milliseconds
from interlock.registration.settings import InCluster, Settings
from interlock.spelling import quoted
from interlock.units import Milliseconds

_SHORTEST_PAUSE: Final = 60_000
_PORTS: Final = range(2**16)


def serve(  # noqa: PLR0913, PLR0917 - each is an option of the command
    policies: Annotated[
        list[Path] | None, typer.Argument(help="Policy files and folders.", show_default="policies")
    ] = None,
    webhook_address: Annotated[
        str, typer.Option(help="Where the admission webhook listens, HTTPS.")
    ] = "127.0.0.1:8443",
    check_address: Annotated[str, typer.Option(help="Where the check API listens.")] = "127.0.0.1:8080",
    url: UrlOption = None,
    grpc_address: GrpcAddressOption = None,
    clients: ClientsOption = None,
    client_ca: ClientAuthoritiesOption = None,
    check_cert: CheckCertificateOption = None,
    check_key: CheckKeyOption = None,
    tls_terminated: TlsTerminatedOption = False,  # noqa: FBT002 - a flag
    cert: Annotated[Path | None, typer.Option(help="Certificate chain of the webhook, PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="Key of the certificate, PEM.")] = None,
    tls_name: Annotated[
        list[str] | None,
        typer.Option(help="A further name or IP address for the certificate that the service makes itself."),
    ] = None,
    state_dir: Annotated[
        Path | None,
        typer.Option(
            help="Where the self-made certificate authority, the uses of waivers and the ledger are kept."
        ),
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="What keeps accounts of budgets: `sqlite:///FILE`, `valkey://HOST`, `redis://HOST` or "
            "`postgresql://HOST/NAME`. Default: a file in the state directory.",
        ),
    ] = None,
    decision_log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Append each decision to this file, with all that was asked: prompts, too."
        ),
    ] = None,
    toolhive_secret: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The secret with which ToolHive signs what it sends to its webhooks."
        ),
    ] = None,
    workloads: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option(
            "--workloads",
            help="Watch the pods and jobs of the cluster, and settle what they hold on budgets when they end.",
        ),
    ] = False,
    cluster: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option(
            "--cluster",
            help="Decide by the policies in the cluster, too, and write what became of them into their status.",
        ),
    ] = False,
    namespace: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar="POD_NAMESPACE",
            help="Where replicas of the service have leases. Default: the namespace of the pod, or `default`.",
        ),
    ] = None,
    replica: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar="POD_NAME",
            help="What this replica is called. Default: the name of the machine.",
        ),
    ] = None,
    register: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option(
            "--register",
            help="Write and mend webhook configurations in the cluster, and make their certificates there.",
        ),
    ] = False,
    reached_by: ReachedByOption = DEFAULT_SERVICE,
    port: PortOption = DEFAULT_PORT,
    account: AccountOption = DEFAULTS.account,
    owner: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The ClusterRole with which the webhook configurations disappear."),
    ] = None,
    ca_bundle: BundleOption = None,
    inject_ca_from: InjectionOption = None,
    exempt: ExemptOption = None,
    may_be_exempt: MayBeExemptOption = None,
    failure_policy: FailureOption = DEFAULTS.validating,
    timeout: TimeoutOption = DEFAULTS.timeout_seconds,
    scan_every: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Keep reports of what policies say of all that is in the cluster: renew them so often.",
        ),
    ] = None,
    watch: Annotated[bool, typer.Option(help="Reload policies when their files change.")] = True,  # noqa: FBT002 - a flag
) -> None:
    """Serve the admission webhook over HTTPS, and the check API for gateways."""
    service = service_part("serve")
    if register and not cluster:
        raise OperatorError("`--register` writes into a cluster: give `--cluster`, too")
    if scan_every and not cluster:
        raise OperatorError("`--scan-every` writes into a cluster: give `--cluster`, too")
    member = service.Membership.of(namespace, replica) if cluster else None
    placement = Settings(
        namespace=member.namespace if member else DEFAULTS.namespace,
        account=account,
        target=InCluster(name=reached_by, namespace=member.namespace if member else "", port=port),
        trust=trust_of(ca_bundle, inject_ca_from),
        exempt=frozenset(exempt or ()),
        may_be_exempt=frozenset(may_be_exempt or ()),
        validating=failure_policy,
        timeout_seconds=timeout,
    )
    names = tuple(tls_name or ())
    settings = service.Settings(
        policies=tuple(policies or ([] if cluster else [Path("policies")])),
        webhook=service.Address(*_host_and_port("--webhook-address", webhook_address)),
        check=service.Address(*_host_and_port("--check-address", check_address)),
        url=None if url is None else url_of(url),
        grpc=None if grpc_address is None else service.Address(*_host_and_port("--grpc-address", grpc_address)),
        certificate=cert,
        key=key,
        state_dir=state_dir or service.default_state_dir(),
        names=names,
        ledger=ledger,
        decision_log=decision_log,
        toolhive_secret=toolhive_secret,
        watches=watch,
        workloads=workloads,
        cluster=member,
        installation=service.Installation.of(
            placement, names, owner, has_certificate=cert is not None or key is not None
        )
        if register
        else None,
        exemptions=service.Exemptions.of(placement, is_registered=register),
        exposure=service.Exposure(
            clients=clients,
            authorities=client_ca,
            certificate=check_cert,
            key=check_key,
            is_terminated=tls_terminated,
        ),
        scan_every=None if scan_every is None else _pause(scan_every),
    )
    service.serve(settings, announce)


def _pause(written: str) -> Milliseconds:
    """How long it is from one scan to the next."""
    length = milliseconds(written)
    if length is None or length < _SHORTEST_PAUSE:
        raise OperatorError(
            f"`--scan-every` is {quoted(written)}: give a length of time of `1m` or more, such as `1h`"
        )
    return length


def _host_and_port(option: str, address: str) -> tuple[str, int]:
    """The parts of `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port[:6]) not in _PORTS:
        raise OperatorError(f"`{option}` is `{address}`: give a host and a port, such as `127.0.0.1:8080`")
    return host.removeprefix("[").removesuffix("]"), int(port)
