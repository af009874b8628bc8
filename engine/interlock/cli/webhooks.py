"""`interlock webhooks`: what the API server has to be asked to send, without asking it."""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

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
    NamespaceOption,
    PortOption,
    ReachedByOption,
    TimeoutOption,
    trust_of,
)
from interlock.errors import OperatorError
from interlock.loading.policyset import load
from interlock.registration.configuration import mutating, validating
from interlock.registration.settings import AtUrl, InCluster, Settings

webhooks = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Say which requests the Kubernetes API server has to send for policies.",
)


@webhooks.callback()
def group() -> None:
    """Say which requests the Kubernetes API server has to send for policies."""


@webhooks.command("print")
def print_configurations(  # noqa: PLR0913, PLR0917 - each is an option of the command
    policies: Annotated[
        list[Path], typer.Argument(metavar="POLICIES", help="Policy files, and folders of them.")
    ],
    name: Annotated[str, typer.Option(help="The name of both configurations.")] = DEFAULTS.name,
    namespace: NamespaceOption = DEFAULTS.namespace,
    account: AccountOption = DEFAULTS.account,
    service: ReachedByOption = DEFAULT_SERVICE,
    port: PortOption = DEFAULT_PORT,
    url: Annotated[
        str | None, typer.Option(help="Where the webhook is, such as https://host:8443, if not in the cluster.")
    ] = None,
    ca_bundle: BundleOption = None,
    inject_ca_from: InjectionOption = None,
    exempt: ExemptOption = None,
    may_be_exempt: MayBeExemptOption = None,
    failure_policy: FailureOption = DEFAULTS.validating,
    timeout: TimeoutOption = DEFAULTS.timeout_seconds,
) -> None:
    """Print the webhook configurations that the service writes for policies, as YAML."""
    if url is not None and not url.startswith("https://"):
        raise OperatorError(f"`--url` is `{url}`: the API server calls webhooks by `https://` only")
    settings = Settings(
        name=name,
        namespace=namespace,
        account=account,
        target=InCluster(name=service, namespace=namespace, port=port) if url is None else AtUrl(url),
        trust=trust_of(ca_bundle, inject_ca_from),
        exempt=frozenset(exempt or ()),
        may_be_exempt=frozenset(may_be_exempt or ()),
        validating=failure_policy,
        timeout_seconds=timeout,
    )
    loaded = load(policies)
    typer.echo(_written([validating(loaded, settings), mutating(loaded, settings)]), nl=False)


def _written(objects: list[dict[str, Any]]) -> str:
    """`objects` as documents of YAML, expressions as they are read."""
    return yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, explicit_start=True, width=10**6)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as its base class has it
        """Write everything out."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
