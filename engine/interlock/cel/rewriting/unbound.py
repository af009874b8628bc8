"""Expressions without `cel.bind`, for evaluators that know none; errors stay where they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from interlock.cel.ir import Bind, Call, Local, Loop, Node, OptionalMap, Variable
from interlock.cel.rewriting.inline import MAX_NODES, TooLargeError
from interlock.cel.tree import children, rebuilt, scoped

_SORT_BY = "@sortByAssociatedKeys"


def unbound(node: Node) -> Node:
    """`node` with what each `cel.bind` binds in the places that read it.

    It has the same value and the same errors: what fails and is read nowhere
    fails nobody. What is read twice is computed twice. A `sortBy`, which is written
    as such, keeps its binding.

    Raises:
        TooLargeError: it grows out of bounds.
    """
    made = rebuilt(node, unbound)
    if not isinstance(made, Bind) or _is_sort(made):
        return made
    found = substituted(made.body, made.variable, made.value)
    if sum(1 for _ in _nodes(found)) > MAX_NODES:
        raise TooLargeError(f"has more than {MAX_NODES:,} parts without `cel.bind`")
    return found


def substituted(node: Node, name: str, value: Node) -> Node:
    """`node` with `value` wherever it reads the macro variable `name`; no macro captures what that reads."""
    return _Substitution(name, value, frozenset(_free(value, frozenset()))).made(node)


@dataclass(frozen=True, slots=True)
class _Substitution:
    name: str
    value: Node
    free: frozenset[str]

    def made(self, node: Node) -> Node:
        if isinstance(node, Local):
            return self.value if node.name == self.name else node
        node = self._renamed(node)
        hidden = {id(child) for child, names in scoped(node) if self.name in names}
        return rebuilt(node, lambda child: child if id(child) in hidden else self.made(child))

    def _renamed(self, node: Node) -> Node:
        """`node` whose own variables go by names that the value doesn't read."""
        for name in _bound(node):
            if name in self.free:
                taken = self.free | {each.name for each in _nodes(node) if isinstance(each, Local | Variable)}
                taken |= {other for each in _nodes(node) for other in _bound(each)}
                node = _rebound(node, name, next(f for n in count(2) if (f := f"{name}_{n}") not in taken))
        return node


def _rebound(node: Node, name: str, other: str) -> Node:
    """`node`, which binds `name`, binding `other` instead."""
    inner = {id(child) for child, names in scoped(node) if name in names}

    def renamed(child: Node) -> Node:
        return substituted(child, name, Local(child.place, other)) if id(child) in inner else child

    made = rebuilt(node, renamed)
    if isinstance(made, Loop):
        return replace(made, variables=tuple(other if each == name else each for each in made.variables))
    return replace(made, variable=other) if isinstance(made, Bind | OptionalMap) else made


def _is_sort(node: Bind) -> bool:
    return isinstance(node.body, Call) and node.body.function == _SORT_BY


def _bound(node: Node) -> tuple[str, ...]:
    """The variables that `node` itself binds."""
    if isinstance(node, Loop):
        return node.variables
    return (node.variable,) if isinstance(node, Bind | OptionalMap) else ()


def _free(node: Node, bound: frozenset[str]) -> Iterator[str]:
    """The names of macro variables that `node` reads and does not bind."""
    if isinstance(node, Local):
        if node.name not in bound:
            yield node.name
        return
    for child, names in scoped(node):
        yield from _free(child, bound | names)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _nodes(child)
