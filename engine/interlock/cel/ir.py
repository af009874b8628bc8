"""The intermediate representation: one tree that every reader of an expression reads.

Macros are back to what their authors wrote (`all`, `exists`, `map` …), names
are resolved, and each node has the type that the checker gave it and the
offset, in code points, where it stands in its text.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from interlock.cel.types import CelType


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which node of which type, and where in the text."""

    id: int
    offset: int
    type: CelType


@dataclass(frozen=True, slots=True)
class Const:
    """A literal, or a name that stands for a constant such as a type."""

    place: Place
    value: Any


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the activation."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Local:
    """The variable of an enclosing comprehension."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`."""

    place: Place
    operand: "Node"
    field: str


@dataclass(frozen=True, slots=True)
class Has:
    """`has(operand.field)`."""

    place: Place
    operand: "Node"
    field: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator; of a member call the target is the first argument."""

    place: Place
    function: str
    arguments: tuple["Node", ...]
    is_member: bool


@dataclass(frozen=True, slots=True)
class And:
    """`left && right`: false if either is false, whatever the other does."""

    place: Place
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Or:
    """`left || right`: true if either is true, whatever the other does."""

    place: Place
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? then : otherwise`; only one branch is evaluated."""

    place: Place
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    place: Place
    elements: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{a: b}`."""

    place: Place
    entries: tuple[tuple["Node", "Node"], ...]


class Quantity(StrEnum):
    """How many elements have to satisfy a predicate."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`range.all(variable, predicate)` and its siblings; `is_nested` in the body of another loop."""

    place: Place
    quantity: Quantity
    variable: str
    range: "Node"
    predicate: "Node"
    is_nested: bool


@dataclass(frozen=True, slots=True)
class Transform:
    """`range.map(variable, predicate, element)`; `filter` is the one whose element is its variable."""

    place: Place
    variable: str
    range: "Node"
    predicate: "Node | None"
    element: "Node"
    is_nested: bool


Node: TypeAlias = (
    Const
    | Variable
    | Local
    | Select
    | Has
    | Call
    | And
    | Or
    | Conditional
    | ListOf
    | MapOf
    | Quantifier
    | Transform
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`, in the order of the text."""
    match node:
        case Const() | Variable() | Local():
            return ()
        case Select(_, operand, _) | Has(_, operand, _):
            return (operand,)
        case Call(_, _, arguments, _):
            return arguments
        case And(_, left, right) | Or(_, left, right):
            return (left, right)
        case Conditional(_, condition, then, otherwise):
            return (condition, then, otherwise)
        case ListOf(_, elements):
            return elements
        case MapOf(_, pairs):
            return tuple(side for pair in pairs for side in pair)
        case Quantifier(_, _, _, range_, predicate, _):
            return (range_, predicate)
        case Transform(_, _, range_, predicate, element, _):
            return (range_, element) if predicate is None else (range_, predicate, element)


def variables(node: Node) -> frozenset[str]:
    """The names of all activation variables that `node` reads."""
    if isinstance(node, Variable):
        return frozenset({node.name})
    return frozenset[str]().union(*map(variables, children(node)))
