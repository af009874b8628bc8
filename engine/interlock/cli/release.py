"""The release of Kubernetes that an expression is written for."""

from typing import Annotated

import typer

from interlock.cel.libraries.kubernetes.versions import UnknownVersionError, Version, parse_version
from interlock.errors import OperatorError

ReleaseOption = Annotated[
    str | None,
    typer.Option(
        "--kubernetes", metavar="RELEASE", help="Hold to what this release of Kubernetes has, such as 1.30."
    ),
]


def release_of(text: str | None) -> Version | None:
    """The release that `text` names, if it names one.

    Raises:
        OperatorError: it names one whose libraries are not known.
    """
    try:
        return None if text is None else parse_version(text)
    except UnknownVersionError as error:
        raise OperatorError(f"`--kubernetes`: {error}") from None
