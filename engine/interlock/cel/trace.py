"""Why an expression has its value: every sub-expression that matters, with what it was.

A trace is read off one exact evaluation. Of a loop it keeps the element that
decided (the one that broke `all`, the one that made `exists` true) or, where
none did, all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.ir import Has, Local, Node, Quantifier, Quantity, Select, Variable, children
from interlock.cel.program import Activation, Program
from interlock.cel.unparse import literal, unparse
from interlock.cel.values import EvaluationError, LimitExceeded

_MAX_TEXT: Final = 200
_MAX_STEPS: Final = 2_000
_DECIDED: Final = {Quantity.ALL: False, Quantity.EXISTS: True}


@dataclass(frozen=True, slots=True)
class Step:
    """A sub-expression, what it evaluated to, and the steps that it was made of."""

    node: Node
    value: Any
    parts: tuple["Step", ...]

    @property
    def text(self) -> str:
        """The sub-expression as CEL."""
        return unparse(self.node)

    @property
    def result(self) -> str:
        """The value, shortened where it is long; of an error its message."""
        if isinstance(self.value, Exception):
            return f"error: {self.value}"
        try:
            text = literal(self.value)
        except RecursionError:
            return "too deeply nested to show"
        return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"


def trace(program: Program, activation: Activation) -> Step:
    """The whole evaluation of `program`, as a tree."""
    collected: dict[int, list[Step]] = {}

    def observe(node: Node, value: Any) -> None:
        parts = tuple(step for child in children(node) for step in collected.pop(child.place.id, ()))
        if isinstance(node, Quantifier) and value is _DECIDED.get(node.quantity):
            # The last predicate decided; the ones before it only failed to.
            parts = (*(part for part in parts if part.node is node.range), parts[-1])
        collected.setdefault(node.place.id, []).append(Step(node, value, parts[:_MAX_STEPS]))

    try:
        program.trace(activation, observe)
    except EvaluationError:
        pass
    except LimitExceeded as error:
        return Step(program.node, error, ())
    return collected[program.node.place.id][-1]


def lines(step: Step, depth: int = 0) -> Iterator[tuple[int, str, str]]:
    """The tree top down, as depth, text and result of each step that says more than its own text."""
    yield depth, step.text, step.result
    for part in step.parts:
        if not _is_plain(part, step.node):
            yield from lines(part, depth + 1)


def _is_plain(step: Step, parent: Node) -> bool:
    """Whether a reader learns nothing from `step`: a constant, or a whole object that a field is read of."""
    if isinstance(step.value, dict | list) and isinstance(step.node, Variable | Local):
        return True
    if isinstance(step.value, dict | list) and isinstance(parent, Select | Has):
        return True
    return step.text == step.result
