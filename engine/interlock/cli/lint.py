"""`interlock lint`: what can be said of policies without a request."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from interlock.analysis.finding import Finding, Severity
from interlock.analysis.lint import ExpressionCost, Lint
from interlock.analysis.lint import lint as linted
from interlock.analysis.lockout.lockout import lockout
from interlock.analysis.worst import Sizes
from interlock.cli.output import TextOutput
from interlock.cli.placement import DEFAULTS, AccountOption, ExemptOption, NamespaceOption
from interlock.cli.release import ReleaseOption, release_of
from interlock.cli.render import console, in_one_line, line, visible
from interlock.cli.status import Status
from interlock.loading.policyset import load
from interlock.registration.settings import Settings

_DEFAULT: Final = Sizes()
_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def lint(  # noqa: PLR0913, PLR0917 - each is an option of the command
    policies: Annotated[
        list[Path], typer.Argument(metavar="POLICIES", help="Policy files, and folders of them.")
    ],
    elements: Annotated[
        int, typer.Option(min=0, help="The elements of a list or map of a request, for worst cases.")
    ] = _DEFAULT.elements,
    characters: Annotated[
        int, typer.Option(min=0, help="The characters of a text of a request, for worst cases.")
    ] = _DEFAULT.characters,
    kubernetes: ReleaseOption = None,
    cluster: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option(help="Whether an API server asks the policies, so that they could lock it out.")
    ] = True,
    namespace: NamespaceOption = DEFAULTS.namespace,
    account: AccountOption = DEFAULTS.account,
    exempt: ExemptOption = None,
    output: Annotated[
        TextOutput, typer.Option(help="Text for people, or json for programs.")
    ] = TextOutput.TEXT,
) -> None:
    """Say what each rule may cost at worst, and what in policies looks wrong.

    Exits with 0, with 1 if an expression may cost more than it is allowed to
    or needs what the release does not have, or if policies would deny what a
    cluster can't do without, and with 2 if policies don't load.
    """
    loaded = load(policies)
    found = linted(loaded, Sizes(elements=elements, characters=characters), release_of(kubernetes))
    if cluster:
        settings = Settings(namespace=namespace, account=account, exempt=frozenset(exempt or ()))
        found = found.with_findings(lockout(loaded, settings))
    (_write_json if output is TextOutput.JSON else _write_text)(found)
    if not found.is_clean:
        raise typer.Exit(Status.FAILED)


def _write_text(found: Lint) -> None:
    out = console()
    width = max((len(f"{each.cost:,}") for each in found.costs), default=0)
    for each in found.costs:
        name = visible(f"{each.policy}/{each.clause}")
        out.print(line(f"{each.cost:>{width},}  {name}  ", (visible(f"({each.span})"), "dim")))
    for finding in found.findings:
        head = (visible(f"{finding.span}: "), ""), (f"{finding.severity}: ", _STYLES[finding.severity])
        out.print(line(*head, in_one_line(finding.message)))
    counts = Counter(finding.severity for finding in found.findings)
    said = ", ".join(_counted(counts[severity], severity) for severity in Severity if counts[severity])
    out.print(line(f"{_counted(len(found.costs), 'expression')}: {said or 'nothing found'}"))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _write_json(found: Lint) -> None:
    written = {"costs": list(map(_cost, found.costs)), "findings": list(map(_finding, found.findings))}
    typer.echo(json.dumps(written, indent=2, ensure_ascii=False))


def _cost(each: ExpressionCost) -> dict[str, Any]:
    return {"policy": each.policy, "clause": each.clause, "source": str(each.span), "cost": each.cost}


def _finding(each: Finding) -> dict[str, Any]:
    return {"severity": each.severity, "source": str(each.span), "message": each.message}
