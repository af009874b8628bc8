"""Comprehensions as the interpreter runs them.

A loop goes on after an error, which it gives only at its end: so does the API
server's, and each turn costs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from interlock.cel.interpreter.charging import Charges
from interlock.cel.ir import Loop, Node, Quantifier, QuantifierKind, Transform, TransformMap
from interlock.cel.libraries.comparison import to_bool
from interlock.cel.libraries.ranges import elements, entries_of, pairs
from interlock.cel.values import EvaluationError, entries

Scope = Mapping[str, Any]
"""The variables of the macros around a node."""


class Run(Protocol):
    """An evaluation that loops are part of."""

    @property
    def charges(self) -> Charges:
        """Who counts its cost."""
        ...

    def evaluate(self, node: Node, scope: Scope) -> Any:
        """The value of `node`, or its error raised."""
        ...


def decide(run: Run, conditions: Iterable[tuple[Node, Scope]], *, decisive: bool) -> bool:
    """`decisive` if any is; otherwise the first error, if any; otherwise not `decisive`."""
    failure: EvaluationError | None = None
    for node, scope in conditions:
        try:
            if to_bool(run.evaluate(node, scope)) is decisive:
                return decisive
        except EvaluationError as error:
            failure = failure or error
    if failure:
        raise failure
    return not decisive


def quantifier(run: Run, node: Quantifier, scope: Scope) -> bool:
    """`all`, `exists` or `exists_one`."""
    if node.kind is QuantifierKind.EXISTS_ONE:
        return _is_one(run, node, scope)
    turns = _turns(run, node, scope)
    conditions = ((node.predicate, turn) for turn in turns)
    try:
        return decide(run, conditions, decisive=node.kind is QuantifierKind.EXISTS)
    finally:
        _end(run, node, turns)


def transform(run: Run, node: Transform, scope: Scope) -> list[Any]:
    """`map`, `filter` or `transformList`."""
    made: list[Any] = []

    def add(turn: Scope) -> None:
        if _is_kept(run, node, turn):
            made.append(run.evaluate(node.element, turn))

    _each(run, node, scope, add)
    return made


def transform_map(run: Run, node: TransformMap, scope: Scope) -> dict[Any, Any]:
    """`transformMap` or `transformMapEntry`."""
    made: list[tuple[Any, Any]] = []
    failed = False

    def add(turn: Scope) -> None:
        nonlocal failed
        before, failed = failed, True
        if _is_kept(run, node, turn):
            if before and not node.makes_entries:
                # Nothing more is added to a map that has failed; only reading it is charged.
                run.charges.pay(1)
            else:
                value = run.evaluate(node.element, turn)
                made.extend(entries_of(value) if node.makes_entries else [(turn[node.variables[0]], value)])
        failed = before

    _each(run, node, scope, add)
    return entries(made)


def _is_one(run: Run, node: Quantifier, scope: Scope) -> bool:
    found = 0

    def count(turn: Scope) -> None:
        nonlocal found
        if to_bool(run.evaluate(node.predicate, turn)):
            found += 1
            # The accumulator is read, and one added.
            run.charges.pay(2)

    _each(run, node, scope, count)
    return found == 1


def _is_kept(run: Run, node: Transform | TransformMap, turn: Scope) -> bool:
    return node.predicate is None or to_bool(run.evaluate(node.predicate, turn))


def _each(run: Run, node: Loop, scope: Scope, body: Callable[[Scope], None]) -> None:
    """Runs `body` for each element.

    Raises:
        EvaluationError: the first error of any of them.
    """
    turns = _turns(run, node, scope)
    failure: EvaluationError | None = None
    for turn in turns:
        try:
            body(turn)
        except EvaluationError as error:
            failure = failure or error
    _end(run, node, turns)
    if failure:
        raise failure


def _turns(run: Run, node: Loop, scope: Scope) -> Iterator[Scope]:
    """The scopes of the body, one for each element of the range."""
    range_ = run.evaluate(node.range, scope)
    over = elements(range_) if len(node.variables) == 1 else pairs(range_)
    run.charges.start(node)
    return _scopes(run, node, over, scope)


def _scopes(run: Run, node: Loop, over: Iterable[Any], scope: Scope) -> Iterator[Scope]:
    first, *second = node.variables
    for element in over:
        run.charges.turn(node)
        if second:
            yield {**scope, first: element[0], second[0]: element[1]}
        else:
            yield {**scope, first: element}


def _end(run: Run, node: Loop, turns: Iterator[Scope]) -> None:
    # Whether to go on is asked at the next element, if there is one.
    next(turns, None)
    run.charges.end(node)
