"""Which ways through an expression were taken.

A branch is a condition and the value that it had: a side of `&&` and `||`, the
condition of `?:`, the predicate of a comprehension, and a comprehension that
asks. It is covered once an evaluation came to that value there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from interlock.cel.ir import And, Conditional, Const, Node, Or, Quantifier, Transform, TransformMap
from interlock.cel.tree import children


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition being true or being false."""

    condition: Node
    value: bool


def branches(node: Node) -> tuple[Branch, ...]:
    """All branches of `node`, in the order of the text; of a constant condition there is none."""
    conditions = {id(condition): condition for condition in _conditions(node)}
    return tuple(Branch(condition, value) for condition in conditions.values() for value in (True, False))


@dataclass(slots=True)
class Taken:
    """Observes evaluations and knows which branches they took."""

    _seen: set[tuple[int, bool]] = field(default_factory=set)

    def __call__(self, node: Node, value: Any) -> None:
        """Note that `node` was `value`, or failed with it."""
        if isinstance(value, bool):
            self._seen.add((node.place.id, value))

    def covers(self, branch: Branch) -> bool:
        """Whether an evaluation took `branch`."""
        return (branch.condition.place.id, branch.value) in self._seen


def _conditions(node: Node) -> Iterator[Node]:
    match node:
        case And(_, left, right) | Or(_, left, right):
            found: tuple[Node | None, ...] = (left, right)
        case Conditional(_, condition):
            found = (condition,)
        case Quantifier(_, _, _, _, predicate):
            found = (node, predicate)
        case Transform(_, _, _, predicate_) | TransformMap(_, _, _, predicate_):
            found = (predicate_,)
        case _:
            found = ()
    yield from (condition for condition in found if condition is not None and not isinstance(condition, Const))
    for child in children(node):
        yield from _conditions(child)
