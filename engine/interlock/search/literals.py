"""Which texts an expression compares a place with: the ids that a policy itself names. Pure."""

from collections.abc import Iterator

from interlock.cel.ir import Call, Const, ListOf, MapOf, Node
from interlock.cel.tree import Path, children, path_of

_EQUALS = "_==_"
_IN = "@in"


def literals(node: Node, place: Path) -> Iterator[str]:
    """The texts in `node` that what is read at `place` is equal to, or is looked for among."""
    match node:
        case Call(_, function, (left, right)) if function == _EQUALS:
            if path_of(left) == place:
                yield from _texts((right,))
            if path_of(right) == place:
                yield from _texts((left,))
        case Call(_, function, (element, container)) if function == _IN and path_of(element) == place:
            yield from _texts(_keys(container))
        case _:
            pass
    for child in children(node):
        yield from literals(child, place)


def _keys(container: Node) -> tuple[Node, ...]:
    """What can be found in a list or a map."""
    match container:
        case ListOf(_, elements):
            return elements
        case MapOf(_, entries):
            return tuple(key for key, _ in entries)
        case Const(place, dict() | list() as value):
            return tuple(Const(place, each) for each in value)
        case _:
            return ()


def _texts(nodes: tuple[Node, ...]) -> Iterator[str]:
    # No request may hold a NUL, so none can name such an id.
    for node in nodes:
        match node:
            case Const(_, str() as text) if text and "\0" not in text:
                yield text
            case _:
                pass
