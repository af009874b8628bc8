"""`interlock clients`: tokens for clients of the check API, and whether a document of them loads."""

from pathlib import Path
from typing import Annotated

import typer

from interlock.cli.above import service_part

clients = typer.Typer(help="Say who may call the check API.", no_args_is_help=True)


@clients.command()
def token() -> None:
    """Print a new token for a client, and the digest that the document of clients has of it."""
    tokens = service_part("clients.tokens")
    made = tokens.new_token()
    typer.echo(f"token: {made}")
    typer.echo(f"digest: {tokens.digest_of(made)}")


@clients.command()
def check(file: Annotated[Path, typer.Argument(help="The document of clients.")]) -> None:
    """Say whether a document of clients loads, and who is recognised by what."""
    reading = service_part("clients.reading")
    spec = reading.read_spec(file, reading.Means(certificates=True, cluster=True))
    for client in spec.clients:
        ways = ", ".join(
            name for way in client.recognized_by for name in way.model_dump(by_alias=True, exclude_none=True)
        )
        typer.echo(f"{client.name}: by {ways}; may call {', '.join(client.may.call)}")
