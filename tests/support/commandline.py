"""The command line, run in this process."""

from collections.abc import Callable
from typing import TypeAlias

from typer.testing import CliRunner, Result

from interlock.cli.main import app

Run: TypeAlias = Callable[..., Result]


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    """How the command with these arguments ended. A bug's exception is raised, not swallowed."""
    result = CliRunner().invoke(app, list(arguments), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
