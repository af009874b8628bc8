"""Which parts of a variable an expression reads, as far as its text tells.

What is reached by a computed key, or handed on whole, counts as read as a
whole; so an expression never reads more than is said here.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from interlock.cel.ir import (
    Bind,
    Call,
    Const,
    Has,
    Local,
    Node,
    OptionalMap,
    Quantifier,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.tree import Path, children
from interlock.model.mutation import EACH

_INDEXES: Final = frozenset({"_[_]", "_[?_]", "_?._"})

# No element has it, so nothing is read of elements but which there are.
_PRESENCE: Final = (EACH, "")

_Scope: TypeAlias = Mapping[str, Path]
"""The path that each variable of an enclosing macro stands for; empty where it stands for something else."""


def reads(node: Node, variable: str) -> frozenset[Path]:
    """The paths below `variable` that `node` reads, each with all that is in it; `()` is the whole.

    In a path `EACH` is every element of a list or a map.
    """
    return frozenset(path[1:] for path in _paths(node, {}) if path[0] == variable)


def touches(path: Path, written: Path) -> bool:
    """Whether what is read at `path` can change when something is written at `written`, or anywhere inside it.

    Which elements there are changes too where an element's key is written:
    what is not there yet is made. Elements that `EACH` goes through are there.
    """
    if path[-2:] == _PRESENCE and len(written) > len(path) - 2:
        return _fit(path[:-2], written) and written[len(path) - 2] != EACH
    return _fit(path, written)


def _fit(one: Path, other: Path) -> bool:
    return all(ours == theirs or EACH in {ours, theirs} for ours, theirs in zip(one, other, strict=False))


def _paths(node: Node, scope: _Scope) -> Iterator[Path]:
    """Every variable in `node`, each with the longest path of constant keys after it."""
    path = _path(node, scope)
    if path:
        yield path
        return
    match node:
        case Quantifier() | Transform() | TransformMap():
            yield from _of_loop(node, scope)
        case Bind(_, name, value, body) | OptionalMap(_, name, value, body):
            held = _path(value, scope)
            # What is bound and never read is not looked at, and what `optMap` looks at is there or not.
            if not held or isinstance(node, OptionalMap):
                yield from _paths(value, scope)
            yield from _paths(body, {**scope, name: held})
        case _:
            for child in children(node):
                yield from _paths(child, scope)


def _of_loop(node: Quantifier | Transform | TransformMap, scope: _Scope) -> Iterator[Path]:
    range_, *bodies = children(node)
    over = _path(range_, scope)
    if over:
        yield (*over, *_PRESENCE)
    else:
        yield from _paths(range_, scope)
    *_, element = node.variables
    inner = {**scope, **dict.fromkeys(node.variables, ()), element: (*over, EACH) if over else ()}
    for body in bodies:
        yield from _paths(body, inner)


def _path(node: Node, scope: _Scope) -> Path:
    """The path that `node` is; empty where it is something else."""
    match node:
        case Variable(_, name):
            return (name,)
        case Local(_, name):
            return scope.get(name, ())
        case Select(_, operand, field) | Has(_, operand, field):
            above = _path(operand, scope)
            return (*above, *filter(None, [field])) if above else ()
        case Call(_, function, (operand, Const(_, str(field)))) if function in _INDEXES:
            above = _path(operand, scope)
            return (*above, field) if above else ()
        case _:
            return ()
