"""A slow interpreter of CEL, read straight off the language definition: an oracle for the engine.

It shares nothing with the engine but the classes of values. It takes text and
dynamically typed values, checks no types beforehand, and follows the order of
the definition: lexis, grammar, evaluation, macros, standard functions. Where
the definition is silent it does what cel-go does, as the engine means to.
"""

from collections.abc import Mapping
from typing import Any

from support.reference.errors import CelError, NotCelError
from support.reference.evaluation import Bindings, value_of
from support.reference.grammar import parse
from support.reference.kinds import exact

__all__ = ["CelError", "NotCelError", "evaluate", "exact"]


def evaluate(text: str, variables: Mapping[str, Any], *, container: str = "") -> Any:
    """The value of `text`.

    Raises:
        CelError: its value is an error.
        NotCelError: it is no expression.
    """
    return value_of(parse(text), Bindings(variables, container))
