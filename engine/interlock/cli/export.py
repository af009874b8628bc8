"""`interlock export`: policies as Kubernetes' own admission policies."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from interlock.cel.libraries.kubernetes.versions import NEWEST, Version
from interlock.cli.release import ReleaseOption, release_of
from interlock.cli.render import report
from interlock.cli.status import Status
from interlock.errors import OperatorError
from interlock.exporting import mutating, validating
from interlock.exporting.documents import written
from interlock.exporting.export import Exported, exported
from interlock.loading.policyset import load

export: Final = typer.Typer(
    help="Write policies as Kubernetes' own admission policies.", no_args_is_help=True, rich_markup_mode=None
)


class ObjectOutput(StrEnum):
    """Objects of Kubernetes, as kubectl takes them: a stream of YAML, or a list in JSON."""

    YAML = "yaml"
    JSON = "json"


Policies = Annotated[list[Path], typer.Argument(metavar="POLICIES", help="Policy files, and folders of them.")]
KindOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", metavar="KIND", help="A kind to write policies for that name none; several if repeated."
    ),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with 1 if any policy does not fit.")]
OutputOption = Annotated[
    ObjectOutput, typer.Option("--output", "-o", help="A stream of YAML, or a list in JSON.")
]


@export.command("vap")
def vap(
    policies: Policies,
    kind: KindOption = None,
    kubernetes: ReleaseOption = None,
    strict: StrictOption = False,  # noqa: FBT002 - an option of the command
    output: OutputOption = ObjectOutput.YAML,
) -> None:
    """Write ValidatingAdmissionPolicies that decide as the policies do, with bindings.

    A policy that does not fit is not written; standard error says why. Exits
    with 0, with 1 if it is strict and one does not fit, and with 2 if policies
    don't load.
    """
    release = _release(kubernetes, validating.SINCE, "ValidatingAdmissionPolicy")
    _write(exported(load(policies), validating.validating, kinds=kind or (), release=release), output, strict)


@export.command("map")
def map_(
    policies: Policies,
    kind: KindOption = None,
    kubernetes: ReleaseOption = None,
    strict: StrictOption = False,  # noqa: FBT002 - an option of the command
    output: OutputOption = ObjectOutput.YAML,
) -> None:
    """Write MutatingAdmissionPolicies that change what the policies change, with bindings.

    A policy that does not fit is not written; standard error says why. Exits
    with 0, with 1 if it is strict and one does not fit, and with 2 if policies
    don't load.
    """
    release = _release(kubernetes, mutating.SINCE, "MutatingAdmissionPolicy")
    _write(exported(load(policies), mutating.mutating, kinds=kind or (), release=release), output, strict)


def _release(text: str | None, since: Version, kind: str) -> Version:
    """The release to write for.

    Raises:
        OperatorError: it does not serve objects of `kind`.
    """
    release = release_of(text) or NEWEST
    if release < since:
        raise OperatorError(f"`--kubernetes`: Kubernetes serves {kind} since {since}")
    return release


def _write(found: Exported, output: ObjectOutput, strict: bool) -> None:  # noqa: FBT001 - an option of commands
    if output is ObjectOutput.JSON:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(found.objects)}
        typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        typer.echo(written(found.objects), nl=False)
    report(found.misfits)
    if strict and found.misfits:
        raise typer.Exit(Status.FAILED)
