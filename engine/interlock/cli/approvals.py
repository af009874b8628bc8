"""`interlock approvals`: what waits for a person at a running service, and what that person says."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.text import Text

from interlock.checks.approving import AccessRequestRecord, WaitingRecord
from interlock.cli.output import DocumentOutput
from interlock.cli.remote import DEFAULT_SERVICE, Remote, ServiceOption, TokenOption, TrustOption
from interlock.cli.render import console, in_one_line, line, visible
from interlock.clock import now
from interlock.errors import OperatorError
from interlock.instants import rfc3339
from interlock.loading.kinds.amounts import milliseconds
from interlock.spelling import quoted
from interlock.units import Instant

_WAITING: Final = "/v1/approvals"
_DECIDE: Final = "/v1/approvals/decide"


IdArgument: TypeAlias = Annotated[str, typer.Argument(metavar="ID", help="The id of the access request.")]
ApproverOption: TypeAlias = Annotated[
    str, typer.Option("--approver", metavar="PERSON", help="Who decides, by the id that policies know.")
]

approvals = typer.Typer(
    help="Say what becomes of denied accesses that a person may approve.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@approvals.command("list")
def waiting(
    service: ServiceOption = DEFAULT_SERVICE,
    token_file: TokenOption = None,
    ca: TrustOption = None,
    output: Annotated[
        DocumentOutput, typer.Option("--output", "-o", help="Lines for people, json for programs.")
    ] = DocumentOutput.TABLE,
) -> None:
    """Show which accesses wait for a person.

    Exits with 0, and with 2 if the service does not answer.
    """
    found = Remote.of(service, token_file, ca).get(_WAITING, {}, WaitingRecord)["waiting"]
    if output is DocumentOutput.JSON:
        typer.echo(json.dumps(found, indent=2))
        return
    out = console()
    for asked in found:
        for text in _lines(asked):
            out.print(text)
    if not found:
        out.print(line("nothing waits"))


@approvals.command()
def approve(  # noqa: PLR0913, PLR0917 - each is an option of the command
    id_: IdArgument,
    approver: ApproverOption,
    lasts: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long the approval holds, such as 90s or 8h.")
    ] = "1h",
    service: ServiceOption = DEFAULT_SERVICE,
    token_file: TokenOption = None,
    ca: TrustOption = None,
) -> None:
    """Approve an access: policies see the claims that it wants, for exactly this access and so long.

    Exits with 0, and with 2 if the service refuses: nobody approves their own access.
    """
    length = milliseconds(lasts)
    if length is None:
        raise OperatorError(f"`--for` is {quoted(lasts)}: give a length of time such as `8h`")
    until = rfc3339(Instant(now() + length))
    body = {"id": id_, "decision": "approve", "approver": approver, "until": until}
    decided = Remote.of(service, token_file, ca).post(_DECIDE, body, AccessRequestRecord)
    typer.echo(in_one_line(f"approved until {decided.get('until', until)}"))


@approvals.command()
def deny(
    id_: IdArgument,
    approver: ApproverOption,
    service: ServiceOption = DEFAULT_SERVICE,
    token_file: TokenOption = None,
    ca: TrustOption = None,
) -> None:
    """Deny an access that waits.

    Exits with 0, and with 2 if the service refuses.
    """
    body = {"id": id_, "decision": "deny", "approver": approver}
    Remote.of(service, token_file, ca).post(_DECIDE, body, AccessRequestRecord)
    typer.echo("denied")


def _lines(asked: AccessRequestRecord) -> Iterator[Text]:
    """What who approves has to know: what is wanted, why it is denied and why it is wanted."""
    yield line((visible(asked["id"]), "bold"), f"  until {visible(asked['expires'])}")
    subject, resource = _named(asked["subject"]), _named(asked["resource"])
    action = in_one_line(str(asked["action"].get("name", "")))
    yield line(f"{subject} wants to {action} {resource}, asked by {in_one_line(asked['client'])}", indent=1)
    told = {
        "properties": asked["resource"].get("properties"),
        "context": asked["context"],
        "denied": asked["why"],
        "wanted": asked["justification"],
        "claims": ", ".join(asked["claims"]),
        "approvers": ", ".join(asked["approvers"]),
    }
    for name, value in told.items():
        if value:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield line((f"{name}: ", "dim"), in_one_line(text), indent=1)


def _named(entity: dict[str, Any]) -> str:
    return in_one_line(f"{entity.get('type', '')} {entity.get('id', '')}")
