"""Calls of user-defined functions, replaced by what the functions mean.

A function is an expression over its parameters. A call of it becomes that
expression within one `cel.bind` for each argument: so no argument is
evaluated twice, and one that fails is an error where the expression reads it.
No reader of the IR has to know that there are such functions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Final

from interlock.cel.ir import Bind, Call, Local, Loop, Node, OptionalMap, Place, Variable
from interlock.cel.tree import children, rebuilt

MAX_NODES: Final = 10_000
"""How large an expression may become: functions that call functions twice grow without bound."""

MAX_DEPTH: Final = 64
"""How deep it may nest then: all readers of the IR are recursive."""


class TooLargeError(Exception):
    """An expression that is out of bounds once the functions that it calls are put in."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many nodes a tree has, and how many of them stand one in another."""

    nodes: int
    depth: int


@dataclass(frozen=True, eq=False)
class Definition:
    """A function: `body`, which calls no other definition, over the variables that `parameters` name."""

    parameters: tuple[str, ...]
    body: Node

    @cached_property
    def size(self) -> Size:
        """How large a call of it becomes, less its arguments."""
        body = measured(self.body, {})
        return Size(body.nodes + len(self.parameters), body.depth + len(self.parameters))

    @cached_property
    def bound(self) -> frozenset[str]:
        """The variables of the macros in its body."""
        return frozenset(name for node in _nodes(self.body) for name in _bound(node))


def called(node: Node, definitions: Mapping[str, Definition]) -> Definition | None:
    """The one of `definitions` that `node` calls."""
    return definitions.get(node.function) if isinstance(node, Call) else None


def calls(node: Node) -> Iterator[Call]:
    """All calls in `node`."""
    return (each for each in _nodes(node) if isinstance(each, Call))


def inlined(node: Node, definitions: Mapping[str, Definition]) -> Node:
    """`node` with the meaning of each call of one of `definitions` in its place.

    Law: it evaluates to what `node` would if the functions were called with
    their arguments unevaluated. Ids stay unique, what was put in stands where
    its call stood, and no variable captures another.

    Raises:
        TooLargeError: it grows out of bounds.
    """
    if not definitions or not any(each.function in definitions for each in calls(node)):
        return node
    size = measured(node, definitions)
    if size.nodes > MAX_NODES:
        raise TooLargeError(
            f"has more than {MAX_NODES:,} parts with the functions that it calls put in: call fewer"
        )
    if size.depth > MAX_DEPTH:
        raise TooLargeError(
            f"nests more than {MAX_DEPTH} deep with the functions that it calls put in: flatten them"
        )
    first = max(each.place.id for each in _nodes(node)) + 1
    return _Inliner(definitions, count(first)).expanded(node)


def measured(node: Node, definitions: Mapping[str, Definition]) -> Size:
    """The size of `node` with the meaning of each call of one of `definitions` in its place; no less."""
    nodes = deepest = 0
    pending = [(node, 1)]
    while pending:
        each, depth = pending.pop()
        definition = called(each, definitions)
        size = definition.size if definition else Size(1, 1)
        nodes, deepest = nodes + size.nodes, max(deepest, depth + size.depth - 1)
        below = depth + (len(definition.parameters) if definition else 1)
        pending += [(child, below) for child in children(each)]
    return Size(nodes, deepest)


@dataclass(frozen=True, slots=True)
class _Inliner:
    definitions: Mapping[str, Definition]
    numbers: Iterator[int]

    def expanded(self, node: Node) -> Node:
        """`node` without calls of the definitions."""
        made = rebuilt(node, self.expanded)
        definition = called(node, self.definitions)
        if definition is None or not isinstance(made, Call):
            return made
        names = _fresh(definition, made.arguments)
        renamed = dict(zip(definition.parameters, names, strict=True))
        whole = self._copied(definition.body, renamed, made.place.offset)
        for name, argument in reversed(tuple(zip(names, made.arguments, strict=True))):
            place = Place(id=next(self.numbers), offset=made.place.offset, type=made.place.type)
            whole = Bind(place, name, argument, whole)
        return whole

    def _copied(self, node: Node, names: Mapping[str, str], offset: int) -> Node:
        """`node` of a body as it stands at `offset`, where its parameters go by these names."""
        place = Place(id=next(self.numbers), offset=offset, type=node.place.type)
        if isinstance(node, Variable):
            return Local(place, names[node.name])
        made = rebuilt(node, lambda child: self._copied(child, names, offset))
        return replace(made, place=place)


def _fresh(definition: Definition, arguments: Sequence[Node]) -> list[str]:
    """A name for each parameter that captures nothing, and that nothing captures: its own wherever it can."""
    made: list[str] = []
    for at, parameter in enumerate(definition.parameters):
        read = {name for argument in arguments[at + 1 :] for name in _read(argument)}
        taken = definition.bound | read | set(made)
        numbered = (f"{parameter}_{number}" for number in count(2))
        made.append(parameter if parameter not in taken else next(n for n in numbered if n not in taken))
    return made


def _read(node: Node) -> Iterator[str]:
    """The names of the variables that `node` reads."""
    return (each.name for each in _nodes(node) if isinstance(each, Local | Variable))


def _bound(node: Node) -> tuple[str, ...]:
    """The variables that `node` itself binds."""
    if isinstance(node, Loop):
        return node.variables
    return (node.variable,) if isinstance(node, Bind | OptionalMap) else ()


def _nodes(node: Node) -> Iterator[Node]:
    """`node` and all nodes below it."""
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        pending += children(each)
