"""The intermediate representation: one tree that every reader of an expression reads.

Macros are back to what their authors wrote (`all`, `exists`, `map`, `optMap` …),
names are resolved, and each node has the type that the checker gave it and the
offset, in code points, where it stands in its text.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from operator import is_not
from typing import Any, Final, TypeAlias, get_args

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
    """The variable of an enclosing macro: a comprehension, `cel.bind` or `optMap`."""

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
    """A function or operator; of a member call the target is the first argument.

    `overloads` are the ids of those that the checker found to fit: one, where
    the types of the arguments are known.
    """

    place: Place
    function: str
    arguments: tuple["Node", ...]
    is_member: bool
    overloads: tuple[str, ...] = ()


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
    """`[a, ?b]`; the elements at the indices in `optional` are left out where they are absent."""

    place: Place
    elements: tuple["Node", ...]
    optional: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{a: b, ?c: d}`; the entries at the indices in `optional` are left out where their value is absent."""

    place: Place
    entries: tuple[tuple["Node", "Node"], ...]
    optional: frozenset[int] = frozenset()


class Quantity(StrEnum):
    """How many elements have to satisfy a predicate."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`range.all(x, predicate)` and its siblings; `is_nested` in the body of another loop.

    Of two variables the first is a list's index or a map's key and the second
    its element or value; a single one is a list's element or a map's key.
    """

    place: Place
    quantity: Quantity
    variables: tuple[str, ...]
    range: "Node"
    predicate: "Node"
    is_nested: bool


@dataclass(frozen=True, slots=True)
class Transform:
    """`range.map(x, predicate, element)` or `range.transformList(i, x, predicate, element)`.

    `filter` is the one whose element is its variable.
    """

    place: Place
    variables: tuple[str, ...]
    range: "Node"
    predicate: "Node | None"
    element: "Node"
    is_nested: bool


@dataclass(frozen=True, slots=True)
class TransformMap:
    """`range.transformMap(k, v, predicate, element)`; a map with the same keys.

    With `makes_entries` it is `transformMapEntry`, whose element is a map of
    the entries to add.
    """

    place: Place
    variables: tuple[str, ...]
    range: "Node"
    predicate: "Node | None"
    element: "Node"
    is_nested: bool
    makes_entries: bool


@dataclass(frozen=True, slots=True)
class Bind:
    """`cel.bind(variable, value, body)`; an error of the value is one where the variable is read."""

    place: Place
    variable: str
    value: "Node"
    body: "Node"


@dataclass(frozen=True, slots=True)
class OptionalMap:
    """`target.optMap(variable, body)`; with `is_flat` it is `optFlatMap`, whose body is optional itself."""

    place: Place
    variable: str
    target: "Node"
    body: "Node"
    is_flat: bool


Loop: TypeAlias = Quantifier | Transform | TransformMap

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
    | Loop
    | Bind
    | OptionalMap
)


def children(node: Node) -> tuple[Node, ...]:  # noqa: C901  # one case a node
    """The nodes directly below `node`, in the order of the text."""
    match node:
        case Const() | Variable() | Local():
            return ()
        case Select(_, operand, _) | Has(_, operand, _):
            return (operand,)
        case Call(_, _, arguments):
            return arguments
        case And(_, left, right) | Or(_, left, right):
            return (left, right)
        case Conditional(_, condition, then, otherwise):
            return (condition, then, otherwise)
        case ListOf(_, elements):
            return elements
        case MapOf(_, pairs):
            return tuple(side for pair in pairs for side in pair)
        case Quantifier(_, _, _, range_, predicate):
            return (range_, predicate)
        case Transform(_, _, range_, predicate, element) | TransformMap(_, _, range_, predicate, element):
            return (range_, element) if predicate is None else (range_, predicate, element)
        case Bind(_, _, value, body):
            return (value, body)
        case OptionalMap(_, _, target, body):
            return (target, body)


def is_search(node: Node) -> bool:
    """Whether `node` looks through a list of any length, which in a loop is a loop of its own."""
    return isinstance(node, Call) and node.function == "@in" and not isinstance(node.arguments[1], ListOf)


def depth(node: Node) -> int:
    """How many nodes stand one in another, in the deepest part of `node`."""
    return 1 + max(map(depth, children(node)), default=0)


def is_closed(node: Node) -> bool:
    """Whether `node` names no variable: it is the same in every evaluation."""
    return not isinstance(node, Variable | Local) and all(map(is_closed, children(node)))


def open_loops(node: Node) -> int:
    """How many loops in `node` range over what is known only when it is evaluated."""
    is_open = isinstance(node, Loop) and not is_closed(node.range)
    return is_open + sum(map(open_loops, children(node)))


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """`node` with every node directly below it replaced by what `change` makes of it."""
    changed = {}
    for name in _CHILD_FIELDS[type(node)]:
        before = getattr(node, name)
        after = _changed(before, change)
        if after is not before:
            changed[name] = after
    return replace(node, **changed) if changed else node


def variables(node: Node) -> frozenset[str]:
    """The names of all activation variables that `node` reads."""
    if isinstance(node, Variable):
        return frozenset({node.name})
    return frozenset[str]().union(*map(variables, children(node)))


_CHILDREN: Final = frozenset(
    {
        "operand",
        "arguments",
        "left",
        "right",
        "condition",
        "then",
        "otherwise",
        "elements",
        "entries",
        "range",
        "predicate",
        "element",
        "value",
        "body",
        "target",
    }
)

_CHILD_FIELDS: Final = {
    kind: tuple(field.name for field in fields(kind) if field.name in _CHILDREN) for kind in get_args(Node)
}


def _changed(value: Any, change: Callable[[Node], Node]) -> Any:
    """`value` with every node in it changed; itself where none is."""
    if isinstance(value, tuple):
        made = tuple([_changed(each, change) for each in value])
        return made if any(map(is_not, made, value)) else value
    return change(value) if isinstance(value, Node) else value
