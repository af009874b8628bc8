"""Which fields an expression is sure to read, and reads more than once.

They may be read ahead, into variables: what fails there would have failed
anyway. What only one side of `&&` reads, or the body of a loop, may not be
there to be read.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from interlock.cel.interpreter.interpret import ALTERNATIVES
from interlock.cel.ir import (
    And,
    Bind,
    Call,
    Conditional,
    Node,
    OptionalMap,
    Or,
    Quantifier,
    Select,
    Transform,
    TransformMap,
)
from interlock.cel.tree import Path, children, path_of


def repeated(nodes: Iterable[Node]) -> dict[Path, Node]:
    """The paths that are sure to be read by a node and read twice in all, shortest first, each with a node.

    One that is only read on the way to a longer one is left out.
    """
    every = list(nodes)
    sure = {path: each for node in every for path, each in _reads(node, _first)}
    counts = Counter(path for node in every for path, _ in _reads(node, children))
    often = {path for path in sure if counts[path] > 1}
    passed = {path[:-1] for path in often if counts[path] == counts[path[:-1]]}
    return {path: sure[path] for path in sorted(often - passed, key=len)}


def _reads(node: Node, below: Callable[[Node], tuple[Node, ...]]) -> Iterator[tuple[Path, Node]]:
    """The paths that are read at and below `node`, with those on the way to them."""
    path = path_of(node)
    while isinstance(node, Select) and path:
        yield path, node
        node, path = node.operand, path[:-1]
    if path:
        yield path, node
    for child in below(node):
        yield from _reads(child, below)


def _first(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node` that are evaluated whenever it is."""
    match node:
        case And(_, left, _) | Or(_, left, _):
            return (left,)
        case Conditional(_, condition):
            return (condition,)
        case Quantifier() | Transform() | TransformMap():
            return (node.range,)
        case Bind(_, _, _, body):
            return (body,)
        case OptionalMap(_, _, target):
            return (target,)
        case Call(_, function, arguments) if function in ALTERNATIVES:
            return arguments[:1]
        case _:
            return children(node)
