"""The policies that a command works with, and what evaluates them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from interlock.cel.environment import Evaluator
from interlock.errors import OperatorError
from interlock.loading.policyset import PolicySet, load

EvaluatorOption: TypeAlias = Annotated[
    Evaluator,
    typer.Option(
        help="What evaluates expressions; cel-python is an independent implementation to compare with."
    ),
]


def loaded(paths: Iterable[Path], evaluator: Evaluator) -> PolicySet:
    """The policy set of all documents in `paths`.

    Raises:
        AuthorError: documents or expressions have problems; all of them.
        OperatorError: `evaluator` is not installed.
    """
    try:
        return load(paths, evaluator=evaluator)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("interlock"):
            raise
        raise OperatorError(f"`{error.name}` is missing: install `interlock[oracle]`") from None
