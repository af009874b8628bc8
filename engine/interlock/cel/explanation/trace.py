"""Why an expression has its value: every sub-expression that matters, with what it was.

A trace is read off one exact evaluation. Of a loop it keeps the element that
decided (the one that broke `all`, the one that made `exists` true) or, where
none did, all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.ir import (
    Const,
    Has,
    Local,
    Node,
    OptionalMap,
    Quantifier,
    QuantifierKind,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.program import Program
from interlock.cel.text.literal import literal
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import children
from interlock.cel.values import EvaluationError, LimitExceeded

_MAX_TEXT: Final = 200
_MAX_STEPS: Final = 2_000
_DECIDED: Final = {QuantifierKind.ALL: False, QuantifierKind.EXISTS: True}


@dataclass(frozen=True, slots=True)
class Step:
    """A sub-expression, what it evaluated to, and the steps that it was made of.

    `turn` is the position of the element that it was evaluated for, of a part
    of a loop's body.
    """

    node: Node
    value: Any
    parts: tuple["Step", ...]
    turn: int | None = None

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
        below = [collected.pop(child.place.id, []) for child in children(node)]
        step = Step(node, value, tuple(_parts(node, value, below))[:_MAX_STEPS])
        collected.setdefault(node.place.id, []).append(step)

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
        if not is_plain(part, step.node):
            yield from lines(part, depth + 1)


def is_plain(step: Step, parent: Node) -> bool:
    """Whether a reader learns nothing from `step`: a constant, or a whole object that a field is read of."""
    if isinstance(step.node, Const):
        return True
    if isinstance(step.value, dict | list) and isinstance(step.node, Variable | Local):
        return True
    if isinstance(step.value, dict | list) and isinstance(parent, Select | Has):
        return True
    return step.text == step.result


def _parts(node: Node, value: Any, below: Sequence[Sequence[Step]]) -> Iterator[Step]:
    """The steps of a node's children that matter, those of a loop's body with their turns."""
    match node:
        case Quantifier():
            range_, predicates = below
            yield from range_
            turns = [replace(step, turn=turn) for turn, step in enumerate(predicates)]
            # The last predicate decided; the ones before it only failed to.
            yield from turns[-1:] if value is _DECIDED.get(node.kind) else turns
        case Transform() | TransformMap():
            range_, *predicates_, made = below
            yield from range_
            yield from _kept(predicates_, made)
        case OptionalMap():
            # Its target was evaluated once more, for the value that its variable has.
            target, body = below
            yield from (*target[:1], *body)
        case _:
            yield from (step for steps in below for step in steps)


def _kept(predicates: Sequence[Sequence[Step]], made: Sequence[Step]) -> Iterator[Step]:
    """The steps of a transformation's body, turn by turn: an element was made where the predicate was true."""
    if not predicates:
        yield from (replace(step, turn=turn) for turn, step in enumerate(made))
        return
    (tests,) = predicates
    elements = iter(made)
    for turn, test in enumerate(tests):
        yield replace(test, turn=turn)
        if test.value is True:
            yield from (replace(step, turn=turn) for step in [next(elements, None)] if step)
