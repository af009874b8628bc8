"""What limits measure: whether it is of a type that their bounds are for."""

from collections.abc import Iterator
from typing import Final

from interlock.cel.ir import Node, Variable
from interlock.cel.program import Program
from interlock.cel.tree import children
from interlock.cel.types import DYN, INT, OPTIONAL, STRING, CelType, list_of
from interlock.errors import Problem
from interlock.model.limit import Limit
from interlock.spelling import alternatives, quoted

TEXTS: Final = list_of(STRING)
BOUND_TYPES: Final = {"ceiling": INT, "floor": INT, "allowed": TEXTS, "blocked": TEXTS}
"""What the expression of each bound has to give."""

_OF_NUMBERS: Final = {INT, DYN}
_OF_TEXTS: Final = {STRING, TEXTS, list_of(DYN), DYN}


def measure_problems(limit: Limit, of: Program) -> Iterator[Problem]:
    """Why `of` can't be what `limit` measures."""
    for variable in _own_variables(of.node):
        place = of.source.at(variable.place.offset)
        message = f"{quoted(variable.name)} is known to this policy alone: write its expression out"
        yield Problem(place, message)
    type_ = _bounded(of.type)
    if type_ not in (_OF_NUMBERS if limit.is_of_numbers else _OF_TEXTS):
        wanted = "int" if limit.is_of_numbers else "string or list(string)"
        bounds = [name for name in BOUND_TYPES if getattr(limit, name) is not None]
        found = str(type_).replace("interlock.", "")
        yield Problem(of.source.span, f"must be {wanted} to have {alternatives(bounds)}, but is {found}")


def _bounded(type_: CelType) -> CelType:
    """The type of what is bounded, where a value of `type_` has something to bound."""
    return type_.parameters[0] if type_.name == OPTIONAL.name and type_.parameters else type_


def _own_variables(node: Node) -> Iterator[Variable]:
    """The policy's variables that `node` reads."""
    if isinstance(node, Variable) and node.name.startswith("variables."):
        yield node
    for child in children(node):
        yield from _own_variables(child)
