"""A statement of accounts as text, for the person who has to do something about it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich.text import Text

from interlock.cli.columns import Cell, columns
from interlock.cli.render import console, in_one_line, line, visible
from interlock.decisionlog.charges import written
from interlock.engine.statement import AccountRecord, HoldRecord, OtherRecord, Statement
from interlock.ledger.decimals import shifted
from interlock.model.charge import Level

_STYLES: Final = {
    Level.WITHIN: "green",
    Level.WARNING: "yellow",
    Level.NOTICE: "bold yellow",
    Level.EXCEEDED: "bold red",
}
_CELLS: Final = 10
_CHOOSE: Final = "choose with --organization, --budget or --key"


def write_accounts(statement: Statement) -> None:
    """Write how accounts stand, one a line, and what is booked on others."""
    out = console()
    for text in _table(statement["accounts"]):
        out.print(text)
    for other in statement["others"]:
        out.print(line(("no budget: ", "dim"), _other(other)))
    omitted = statement["omitted"]["accounts"] + statement["omitted"]["others"]
    if omitted:
        out.print(line(f"and {omitted:,} more: {_CHOOSE}"))
    if not statement["accounts"] and not statement["others"]:
        out.print(line("nothing is spent or held"))


def write_holds(statement: Statement) -> None:
    """Write what is held: until when, for whom, and how much of what."""
    out = console()
    for hold in statement["holds"]:
        out.print(line((visible(hold["id"]), "bold"), f"  until {visible(hold['expires'])}"))
        for text in _details(hold):
            out.print(line(text, indent=1))
    omitted = statement["omitted"]["holds"]
    if omitted:
        out.print(line(f"and {omitted:,} more: {_CHOOSE}"))
    if not statement["holds"]:
        out.print(line("nothing is held"))


def _table(accounts: Sequence[AccountRecord]) -> Iterator[Text]:
    """A line for each of `accounts`, without the columns that none of them has anything in."""
    cells = {head: [cell(account) for account in accounts] for head, cell in _COLUMNS.items()}
    told = {head: column for head, column in cells.items() if any(column)}
    if told:
        numbers = frozenset(index for index, head in enumerate(told) if head in _NUMBERS)
        yield from columns([tuple(told), *zip(*told.values(), strict=True)], numbers=numbers)


def _share(account: AccountRecord) -> str:
    """What is spent and held of the limit, rounded down."""
    return f"{(account['spent'] + account['held']) * 100 // max(account['limit'], 1)}%"


def _limit(account: AccountRecord) -> str:
    within = f" in {shifted(account['within'], 3)} s" if "within" in account else ""
    return written(account["unit"], account["limit"]) + within


def _bar(account: AccountRecord) -> str:
    """What is spent, held and left, each as long as it is of the limit, rounded down."""
    limit = max(account["limit"], 1)
    spent = min(account["spent"] * _CELLS // limit, _CELLS)
    used = min((account["spent"] + account["held"]) * _CELLS // limit, _CELLS)
    return "█" * spent + "▒" * (used - spent) + "░" * (_CELLS - used)


def _other(other: OtherRecord) -> str:
    whose = in_one_line(f"{other['organization']} {other['account']}")
    return f"{whose}: {other['spent']:,} spent, {other['held']:,} held"


def _details(hold: HoldRecord) -> Iterator[str]:
    yield in_one_line(", ".join(f"{name} {value}" for name, value in sorted(hold["facts"].items())))
    for account, amount in sorted(hold["amounts"].items()):
        yield f"{amount:,} of {in_one_line(account)}"


_COLUMNS: Final[dict[str, Callable[[AccountRecord], Cell]]] = {
    "budget": lambda account: in_one_line(account["budget"]),
    "organization": lambda account: in_one_line(account["organization"]),
    "run": lambda account: in_one_line(account.get("run", "")),
    "key": lambda account: in_one_line(account["key"]),
    "": _bar,
    "used": _share,
    "spent": lambda account: written(account["unit"], account["spent"]),
    "held": lambda account: written(account["unit"], account["held"]),
    "limit": _limit,
    "level": lambda account: (account["level"].value, _STYLES[account["level"]]),
    "reached": lambda account: visible(account.get("exhaustedAt", "")),
    "ends": lambda account: visible(account.get("ends", "")),
}
_NUMBERS: Final = frozenset({"used", "spent", "held"})
