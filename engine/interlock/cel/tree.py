"""What is true of a whole tree of nodes: what it has below it, how deep it is, what it reads."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from operator import is_not
from typing import Any, Final, get_args

from interlock.cel.ir import (
    And,
    Bind,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    Loop,
    MapOf,
    MessageOf,
    Node,
    OptionalMap,
    Or,
    Quantifier,
    Select,
    Transform,
    TransformMap,
    Variable,
)

Path = tuple[str, ...]
"""A variable and the fields below it: `("intent", "models")`."""


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
        case MessageOf(_, pairs):
            return tuple(value for _, value in pairs)
        case Quantifier(_, _, _, range_, predicate):
            return (range_, predicate)
        case Transform(_, _, range_, predicate, element) | TransformMap(_, _, range_, predicate, element):
            return (range_, element) if predicate is None else (range_, predicate, element)
        case Bind(_, _, value, body):
            return (value, body)
        case OptionalMap(_, _, target, body):
            return (target, body)


def scoped(node: Node) -> Iterator[tuple[Node, frozenset[str]]]:
    """The nodes directly below `node`, each with the variables that `node` binds in it."""
    match node:
        case Quantifier() | Transform() | TransformMap():
            first, names = node.range, frozenset(node.variables)
        case Bind(_, variable, first) | OptionalMap(_, variable, first):
            names = frozenset({variable})
        case _:
            yield from ((child, frozenset()) for child in children(node))
            return
    for child in children(node):
        yield child, frozenset() if child is first else names


def is_search(node: Node) -> bool:
    """Whether `node` looks through a list of any length, which in a loop is a loop of its own."""
    return isinstance(node, Call) and node.function == "@in" and not isinstance(node.arguments[1], ListOf)


def depth(node: Node) -> int:
    """How many nodes stand one in another, in the deepest part of `node`."""
    return 1 + max(map(depth, children(node)), default=0)


def size(node: Node) -> int:
    """How many nodes there are in `node`."""
    return 1 + sum(map(size, children(node)))


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


def path_of(node: Node) -> Path:
    """The path that `node` reads; empty where it is something else."""
    match node:
        case Variable(_, name):
            return (name,)
        case Select(_, operand, field):
            above = path_of(operand)
            return (*above, field) if above else ()
        case _:
            return ()


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
        "fields",
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
