"""`interlock crds`: the kinds of documents as a cluster has to know them."""

from pathlib import Path
from typing import Annotated

import typer

from interlock.crds.texts import texts


def crds(
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write a file for each kind there, instead of printing them."),
    ] = None,
) -> None:
    """Print the CustomResourceDefinitions of all kinds of documents, for `kubectl apply -f -`."""
    found = texts()
    if output is None:
        typer.echo("---\n".join(found.values()), nl=False)
        return
    output.mkdir(parents=True, exist_ok=True)
    for name, text in found.items():
        (output / name).write_text(text, encoding="utf-8")
