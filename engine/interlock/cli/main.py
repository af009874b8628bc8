"""The command line's entrance: the commands, and what becomes of every error.

Whoever must act reads one clear line; only a bug of ours shows a traceback.
"""

import errno
import sys
from importlib.metadata import version as installed
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup

from interlock.cli.approvals import approvals
from interlock.cli.budgets import budgets
from interlock.cli.check import check
from interlock.cli.clients import clients
from interlock.cli.crds import crds
from interlock.cli.evaluate import evaluate
from interlock.cli.explain import explain
from interlock.cli.export import export
from interlock.cli.lint import lint
from interlock.cli.pin import pin
from interlock.cli.render import fail, report
from interlock.cli.replay import replay_log
from interlock.cli.serve import serve
from interlock.cli.status import Status
from interlock.cli.test import run_tests
from interlock.cli.webhooks import webhooks
from interlock.errors import AuthorError, InterlockError


class Commands(TyperGroup):
    """Commands whose errors are written in one place and end with one status."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # typer keeps the type of its contexts to itself
        """What the command returns; an error that a user can act on is written and ends it."""
        try:
            return super().invoke(ctx)
        except AuthorError as error:
            report(error.problems)
        except InterlockError as error:
            fail(str(error))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read the output has seen enough; typer ends quietly
            fail(
                f"`{error.filename}`: {(error.strerror or str(error)).lower()}"
                if error.filename
                else str(error)
            )
        raise typer.Exit(Status.BROKEN)


app = typer.Typer(
    name="interlock",
    cls=Commands,
    help="Decide by CEL policies whether AI workloads, model calls and tool calls may go ahead.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(check)
app.command("test")(run_tests)
app.command("eval")(evaluate)
app.command()(explain)
app.command()(lint)
app.command("replay")(replay_log)
app.command()(serve)
app.command()(crds)
app.command()(pin)
app.add_typer(clients, name="clients", cls=TyperGroup)
app.add_typer(approvals, name="approvals", cls=TyperGroup)
app.add_typer(budgets, name="budgets", cls=TyperGroup)
app.add_typer(webhooks, name="webhooks", cls=TyperGroup)
app.add_typer(export, name="export", cls=TyperGroup)


@app.command()
def version() -> None:
    """Print the version of Interlock."""
    typer.echo(f"interlock {installed('interlock')}")


def main() -> None:
    """Run the command that the arguments name, and exit with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that can't show a character still shows everything else.
            stream.reconfigure(errors="backslashreplace")
    app()
