"""The cluster that a command decides in, as the user describes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from interlock.cli.requests import answers
from interlock.errors import AuthorError
from interlock.foreign.described import Described

ClusterOption: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--cluster",
        metavar="PATH",
        help="Manifests of what Kubernetes' policies look at: namespaces, parameters, and who asks.",
    ),
]


def described(paths: Sequence[Path] | None) -> Described:
    """What the manifests at `paths` describe.

    Raises:
        AuthorError: they can't be read; all that is wrong with them.
    """
    found = Described()
    _, problems = answers(paths or (), found.add)
    if problems:
        raise AuthorError(problems)
    return found
