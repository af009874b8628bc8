"""`interlock budgets`: what a running service knows of accounts."""

import json
import sys
from typing import Annotated, Any, Final, TypeAlias

import typer

from interlock.cli.accounts import write_accounts, write_holds
from interlock.cli.moment import instant
from interlock.cli.output import DocumentOutput
from interlock.cli.remote import DEFAULT_SERVICE, Remote, ServiceOption, TokenOption, TrustOption
from interlock.cli.render import in_one_line
from interlock.cli.report import DEFAULT_BY, ReportOutput, facts_named, month_of, write_report
from interlock.engine.settlements import SettlementRecord, settlement_of
from interlock.engine.statement import Statement
from interlock.errors import OperatorError
from interlock.instants import rfc3339
from interlock.ledger.answers import Settlement

_ACCOUNTS: Final = "/v1/budgets"
_SETTLEMENTS: Final = "/v1/settlements"

OrganizationOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only accounts of this organization.")
]
BudgetOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only accounts of this budget.")
]
KeyOption: TypeAlias = Annotated[str | None, typer.Option(metavar="KEY", help="Only accounts under this key.")]
OutputOption: TypeAlias = Annotated[
    DocumentOutput, typer.Option("--output", "-o", help="A table for people, json for programs.")
]

budgets = typer.Typer(rich_markup_mode=None)


@budgets.callback(invoke_without_command=True)
def accounts(  # noqa: PLR0913, PLR0917 - each is an option of the command
    context: typer.Context,
    service: ServiceOption = DEFAULT_SERVICE,
    token_file: TokenOption = None,
    ca: TrustOption = None,
    organization: OrganizationOption = None,
    budget: BudgetOption = None,
    key: KeyOption = None,
    output: OutputOption = DocumentOutput.TABLE,
) -> None:
    """Show how accounts of budgets stand, as a running service has them.

    Exits with 0, and with 2 if the service does not answer.
    """
    if context.invoked_subcommand is not None:
        _check_place(context)
        return
    found = _statement(Remote.of(service, token_file, ca), organization, budget, key)
    if output is DocumentOutput.JSON:
        _write_json(found)
    else:
        write_accounts(found)


@budgets.command()
def holds(  # noqa: PLR0913, PLR0917 - each is an option of the command
    service: ServiceOption = DEFAULT_SERVICE,
    token_file: TokenOption = None,
    ca: TrustOption = None,
    organization: OrganizationOption = None,
    budget: BudgetOption = None,
    key: KeyOption = None,
    output: OutputOption = DocumentOutput.TABLE,
) -> None:
    """Show what is held, the first to expire first.

    Exits with 0, and with 2 if the service does not answer.
    """
    found = _statement(Remote.of(service, token_file, ca), organization, budget, key)
    if output is DocumentOutput.JSON:
        _write_json(found["holds"])
    else:
        write_holds(found)


@budgets.command()
def release(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The id of the hold.")],
    service: ServiceOption = DEFAULT_SERVICE,
    token_file: TokenOption = None,
    ca: TrustOption = None,
) -> None:
    """Give back what a hold reserves, of what did not run after all.

    Exits with 0, and with 2 if there is no such hold, or it was settled.
    """
    answer = Remote.of(service, token_file, ca).post("/v1/release", {"hold": hold}, dict[str, str])
    typer.echo(in_one_line(f"released, was {answer.get('was', '')}"))


@budgets.command()
def report(  # noqa: PLR0913, PLR0917 - each is an option of the command
    service: ServiceOption = DEFAULT_SERVICE,
    token_file: TokenOption = None,
    ca: TrustOption = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TIME", help="What was settled from this RFC 3339 time on; default: this month."
        ),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Until just before this time; default: now.")
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="FACTS", help="Whose use is told apart, such as team,project,useCase,agent.")
    ] = DEFAULT_BY,
    output: Annotated[
        ReportOutput,
        typer.Option(
            "--output",
            "-o",
            help="A table for people; csv, json, or focus, which is CSV of FOCUS 1.0, for programs.",
        ),
    ] = ReportOutput.TABLE,
) -> None:
    """Say what was used, and by whom: all that was settled in a time.

    Exits with 0, and with 2 if the service does not answer.
    """
    facts = facts_named(by)
    until = instant(end, "--to")
    since = month_of(until) if start is None else instant(start, "--from")
    if since > until:
        raise OperatorError(
            f"`--from` is {rfc3339(since)}, which is after {rfc3339(until)}: give an earlier time"
        )
    query = {"from": rfc3339(since), "to": rfc3339(until)}
    records = Remote.of(service, token_file, ca).lines(_SETTLEMENTS, query, SettlementRecord)
    write_report(sys.stdout, output, facts, map(_settlement, records), since, until)


def _check_place(context: typer.Context) -> None:
    """Raises OperatorError where options come before the word for what is asked, which would not know them."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise OperatorError(f"give `--{name}` after `{context.invoked_subcommand}`")


def _statement(remote: Remote, organization: str | None, budget: str | None, key: str | None) -> Statement:
    wanted = {"organization": organization, "budget": budget, "key": key}
    query = {name: value for name, value in wanted.items() if value is not None}
    return remote.get(_ACCOUNTS, query, Statement)


def _settlement(record: SettlementRecord) -> Settlement:
    try:
        return settlement_of(record)
    except ValueError:
        raise OperatorError("the service told a settlement that this version does not know") from None


def _write_json(value: Any) -> None:  # noqa: ANN401 - raw JSON
    # Escaped, so that no key and no fact is obeyed by a terminal.
    typer.echo(json.dumps(value, indent=2))
