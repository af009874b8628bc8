"""An expression as a person reads its evaluation: the text, with the values under it.

    intent.usage.outputTokens <= 4096 && has(intent.attribution.team)
                 │            │       │
                 5000         false   false

What was not evaluated has nothing under it. Under a macro stands its value,
and below it the body for the element that decided; where none did, for each.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from interlock.cel.explanation.trace import Step, is_plain
from interlock.cel.ir import And, Conditional, Node, Or
from interlock.cel.text.literal import literal
from interlock.cel.text.unparse import unparse, written
from interlock.cel.tree import children
from interlock.cel.values import keys

WIDTH: Final = 100
_MAX_VALUE: Final = 40
_MAX_TURNS: Final = 5
_INDENT: Final = "  "
_OPERATORS: Final[dict[type, str]] = {And: "&&", Or: "||", Conditional: "?:"}


def picture(step: Step, width: int = WIDTH) -> Iterator[str]:
    """The lines that show `step`: its expression, the values under it, and the bodies of its macros.

    Where the expression is wider than `width`, the sides of its outermost
    `&&`, `||` or `?:` are shown one after the other.
    """
    made = written(step.node)
    operator = _OPERATORS.get(type(step.node))
    if len(made.text) > width and operator is not None:
        yield f"{value(step)}: sides of {operator}"
        yield from (_INDENT + line for line in _sides(step, width - len(_INDENT)))
        return
    values = {id(part.node): value(part) for part in _within(step)}
    yield made.text
    yield from _rows([(mark.column, values[id(mark.node)]) for mark in made.marks if id(mark.node) in values])
    for part in _steps(step):
        yield from _turns(part, width)


def value(step: Step) -> str:
    """The value of `step`, cut where it is long."""
    return _cut(step.result, _MAX_VALUE)


def _sides(step: Step, width: int) -> Iterator[str]:
    for side, part in _chain(step):
        if part is not None:
            yield from picture(part, width)
        else:
            yield f"{_cut(unparse(side), width)}  (not evaluated)"


def _chain(step: Step) -> Iterator[tuple[Node, Step | None]]:
    """The sides of a chain of one operator, each with its step where it was evaluated."""
    parts = {id(part.node): part for part in step.parts}
    for side in children(step.node):
        part = parts.get(id(side))
        if part is not None and type(side) is type(step.node):
            yield from _chain(part)
        else:
            yield side, part


def _within(step: Step) -> Iterator[Step]:
    """`step` and those below it that stand in its text and say something, without the bodies of loops."""
    yield from (part for part, parent in _families(step, step) if not is_plain(part, parent.node))


def _steps(step: Step) -> Iterator[Step]:
    yield from (part for part, _ in _families(step, step))


def _families(step: Step, parent: Step) -> Iterator[tuple[Step, Step]]:
    yield step, parent
    for part in step.parts:
        if part.turn is None:
            yield from _families(part, step)


def _turns(step: Step, width: int) -> Iterator[str]:
    """The bodies of the loop at `step`, one for each element that was looked at."""
    turns = [
        (turn, list(parts)) for turn, parts in groupby(step.parts, lambda part: part.turn) if turn is not None
    ]
    if not turns:
        return
    range_ = next(part for part in step.parts if part.turn is None)
    places = list(keys(range_.value)) if isinstance(range_.value, dict) else range(len(range_.value))
    name = _cut(unparse(range_.node), _MAX_VALUE)
    for turn, parts in turns[:_MAX_TURNS]:
        yield f"at {name}[{literal(places[turn])}]:"
        for part in parts:
            yield from (_INDENT + line for line in picture(part, width - len(_INDENT)))
    if len(turns) > _MAX_TURNS:
        yield f"and {len(turns) - _MAX_TURNS} more"


def _rows(marks: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Values under their columns, the rightmost first, with a bar down to each of the others."""
    if marks:
        yield _row([(column, "│") for column, _ in marks])
    while marks:
        placed: list[tuple[int, str]] = []
        waiting: list[tuple[int, str]] = []
        limit = None
        for column, text in reversed(marks):
            if limit is None or column + len(text) < limit:
                placed.append((column, text))
            else:
                waiting.append((column, text))
                placed.append((column, "│"))
            limit = column
        yield _row(placed[::-1])
        marks = waiting[::-1]


def _row(cells: Sequence[tuple[int, str]]) -> str:
    line = ""
    for column, text in cells:
        line = line.ljust(column) + text
    return line


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
