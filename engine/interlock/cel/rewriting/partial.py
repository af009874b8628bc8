"""Partial evaluation: what is left of an expression where only some of what it reads is known.

The residual is an expression itself. Law: whatever the unknown parts turn out
to be, it has the value that the whole expression has, or fails where that
fails. Known parts are evaluated by the interpreter; nothing here computes.
With nothing known this is constant folding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.cel.cost.charges import Charges
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import tariff
from interlock.cel.interpreter.interpret import interpret
from interlock.cel.ir import (
    And,
    Bind,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    MessageOf,
    Node,
    Or,
    Quantifier,
    QuantifierKind,
    Variable,
)
from interlock.cel.libraries.overloads import Function, results
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.text.literal import is_writable
from interlock.cel.tree import Path, children, path_of, rebuilt, scoped
from interlock.cel.types import BOOL
from interlock.cel.values import EvaluationError, LimitExceeded

_MAX_UNROLLED: Final = 1000
"""The nodes that a quantifier over a known list may become."""

_PREDICATES: Final = frozenset(name for name, type_ in results((STANDARD,)).items() if type_ == BOOL)
"""Functions that give a bool or fail, whatever their arguments are."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Reduces expressions over the variables in `known`, of which the parts at `unknown` are not."""

    functions: Mapping[str, Function]
    repeated: Callable[[Has], bool]
    known: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[Path] = frozenset()

    def fold(self, node: Node) -> Node:
        """`node` with its constant parts evaluated."""
        return self.reduce(node) if _has_constants(node) else node

    def reduce(self, node: Node) -> Node:
        """The residual of `node`; a constant where nothing unknown matters."""
        if isinstance(node, Const | Local):
            return node
        if self._is_known(node, frozenset()):
            return self._evaluated(node)
        made = self._simplified(rebuilt(node, self.reduce))
        # A part that only seemed to read something unknown may have made the whole known.
        below = children(made)
        is_known = below and all(isinstance(child, Const) for child in below)
        return self._evaluated(made) if is_known else made

    def _evaluated(self, node: Node) -> Node:
        """The value of `node` as a constant; where it fails, or can't be written, `node` as it is."""
        try:
            value = interpret(node, self.functions, self.repeated, self.known, Charges(tariff(node), Meter()))
        except (EvaluationError, LimitExceeded):
            return node
        return Const(node.place, value) if is_writable(value) else node

    def _is_known(self, node: Node, bound: frozenset[str]) -> bool:
        """Whether `node` reads nothing unknown, where macros around it within the whole bind `bound`."""
        if isinstance(node, Local):
            return node.name in bound
        path = _path(node)
        if path:
            return path[0] in self.known and not any(_overlap(path, each) for each in self.unknown)
        return all(self._is_known(child, bound | names) for child, names in scoped(node))

    def _simplified(self, node: Node) -> Node:
        match node:
            case And(_, left, right):
                return _joined(node, left, right, decisive=False)
            case Or(_, left, right):
                return _joined(node, left, right, decisive=True)
            case Conditional(_, Const(_, bool() as chosen), then, otherwise):
                return then if chosen else otherwise
            case Bind(_, variable, Const() as value, body):
                return self.reduce(_substituted(body, variable, value))
            case Quantifier(_, _, (_,), Const(_, list() as elements)) if _unrolled_size(node) <= _MAX_UNROLLED:
                return self._unrolled(node, elements)
            case _:
                return node

    def _unrolled(self, node: Quantifier, elements: list[Any]) -> Node:
        """A quantifier over a known list as a chain of its predicates."""
        if node.kind is QuantifierKind.EXISTS_ONE:
            return node
        is_all = node.kind is QuantifierKind.ALL
        made: Node = Const(node.place, is_all)
        for element in elements:
            constant = Const(node.range.place, element)
            turn = self.reduce(_substituted(node.predicate, node.variables[0], constant))
            made = _joined((And if is_all else Or)(node.place, made, turn), made, turn, decisive=not is_all)
        return made


def _unrolled_size(node: Node) -> int:
    """How many nodes `node` becomes at most where all quantifiers over known lists are unrolled."""
    match node:
        case Quantifier(range=(Const(_, list() as elements) | ListOf(_, elements)) as range_):
            return 1 + _unrolled_size(range_) + len(elements) * (1 + _unrolled_size(node.predicate))
        case _:
            return 1 + sum(map(_unrolled_size, children(node)))


def _has_constants(node: Node) -> bool:
    """Whether a part of `node` that computes has only constants to compute with: most expressions have none."""
    below = children(node)
    match node:
        case ListOf() | MapOf() | MessageOf() | Const() | Variable() | Local():
            decisive: tuple[Node, ...] = ()
        case And() | Or():
            decisive = below
        case Call():
            return all(map(_is_constant, below)) or any(map(_has_constants, below))
        case _:
            decisive = below[:1]
    return any(map(_is_constant, decisive)) or any(map(_has_constants, below))


def _is_constant(node: Node) -> bool:
    return isinstance(node, Const) or (
        isinstance(node, ListOf | MapOf) and all(map(_is_constant, children(node)))
    )


def _joined(node: Node, left: Node, right: Node, *, decisive: bool) -> Node:
    """`left` and `right` joined by an operator that `decisive` decides, whatever the other side does."""
    values = [side.value if isinstance(side, Const) else None for side in (left, right)]
    if any(value is decisive for value in values):
        return Const(node.place, decisive)
    if values[0] is (not decisive) and _is_bool(right):
        return right
    if values[1] is (not decisive) and _is_bool(left):
        return left
    return node


def _is_bool(node: Node) -> bool:
    """Whether `node` is sure to be a bool or to fail: what the checker inferred below `dyn` is not."""
    match node:
        case And() | Or() | Has() | Quantifier():
            return True
        case Call(_, function):
            return function in _PREDICATES
        case Const(_, value):
            return isinstance(value, bool)
        case _:
            return False


def _path(node: Node) -> Path:
    """The path that `node` reads, or asks for; empty where it is something else."""
    if not isinstance(node, Has):
        return path_of(node)
    above = path_of(node.operand)
    return (*above, *filter(None, [node.field])) if above else ()


def _overlap(path: Path, other: Path) -> bool:
    """Whether one of them is the other or lies below it."""
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]


def _substituted(node: Node, variable: str, value: Const) -> Node:
    """`node` with every free occurrence of the macro variable replaced by `value`."""
    if isinstance(node, Local):
        return Const(node.place, value.value) if node.name == variable else node
    hidden = {id(child) for child, names in scoped(node) if variable in names}
    return rebuilt(node, lambda child: child if id(child) in hidden else _substituted(child, variable, value))
