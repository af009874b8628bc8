"""What is fixed before a run of what it will cost: the plan that the API server's evaluator makes of a tree.

Its evaluator takes `a.b[c].d` for one attribute with qualifiers: 1 for the
attribute and for each qualifier that is reached. A branch of `?:` and what an
index is are attributes that are resolved, not evaluated: 1 less. Macros are
paid for as what they expand to. Constants are folded before the first run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from interlock.cel.cost import limits
from interlock.cel.cost.prices import Price, price_of, resolved
from interlock.cel.ir import (
    Bind,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    Loop,
    MapOf,
    MessageOf,
    Node,
    OptionalMap,
    Quantifier,
    QuantifierKind,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.tree import children

INDEXING: Final = frozenset({"_[_]", "_[?_]", "_?._"})
OPTIONAL_INDEXING: Final = frozenset({"_[?_]", "_?._"})

_FREE: Final = frozenset({"or", "orValue"})
_CONVERSIONS: Final = frozenset(
    {"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"}
)
_PATTERNS: Final = frozenset({"matches", "find", "findAll"})
_PRIMITIVES: Final = bool | int | float | str | bytes
_PAIR: Final = 2
_LAZY: Final = "string_format"
"""The one overload of two arguments that stops at the first that fails."""

_CONDITIONS: Final = {QuantifierKind.ALL: 2, QuantifierKind.EXISTS: 3, QuantifierKind.EXISTS_ONE: 0}
"""Reading the accumulator, negating it for `exists`, and taking an error for going on."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """By the nodes' ids: what reaching one costs, and how its own work is charged.

    `qualifiers` cost 1 where they are reached, `calls` by their values. All
    arguments of the calls in `eager` are evaluated, also where the first fails.
    A loop costs its start once its range is known, a turn for each element and
    an end.
    """

    entries: Mapping[int, int]
    qualifiers: frozenset[int]
    calls: Mapping[int, Price]
    eager: frozenset[int]
    starts: Mapping[int, int]
    turns: Mapping[int, int]
    ends: Mapping[int, int]


def tariff(node: Node, *, folds: bool = True) -> Tariff:
    """The fixed prices of `node`; the API server folds constants, its tests of cost don't."""
    plan = _Plan(folds)
    plan.visit(node)
    return Tariff(
        plan.entries,
        frozenset(plan.qualifiers),
        plan.calls,
        frozenset(plan.eager),
        plan.starts,
        plan.turns,
        plan.ends,
    )


@dataclass(slots=True)
class _Plan:
    """The prices of the nodes that have been visited."""

    folds: bool
    entries: dict[int, int] = field(default_factory=dict)
    qualifiers: set[int] = field(default_factory=set)
    calls: dict[int, Price] = field(default_factory=dict)
    eager: set[int] = field(default_factory=set)
    starts: dict[int, int] = field(default_factory=dict)
    turns: dict[int, int] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)

    def visit(self, node: Node, *, resolves: bool = False) -> None:
        """Prices `node` and all below it; `resolves` says that an attribute isn't evaluated itself."""
        if self.is_constant(node):
            return
        match node:
            case Variable(_, name):
                self._add(node, name.count(".") + (not resolves))
            case Local():
                self._add(node, 0 if resolves else limits.IDENT)
            case Select(_, operand, _):
                self._qualify(node, operand, resolves=resolves)
            case Has(_, operand, _):
                self._qualify(node, operand, resolves=True)
            case Call():
                self._call(node, resolves=resolves)
            case Conditional(_, condition, then, otherwise):
                self.visit(condition)
                self.visit(then, resolves=True)
                self.visit(otherwise, resolves=True)
            case Quantifier() | Transform() | TransformMap():
                self._loop(node)
            case _:
                self._other(node)

    def _other(self, node: Node) -> None:
        match node:
            case ListOf():
                self._add(node, limits.LIST)
            case MapOf():
                self._add(node, limits.MAP)
            case MessageOf():
                self._add(node, limits.STRUCT)
            case Bind():
                self._add(node, self._new_list())
            case OptionalMap(_, _, _, body, is_flat):
                self._add(node, 1)
                self._add(body, self._new_list() + (not is_flat))
            case _:
                pass
        for child in children(node):
            self.visit(child)

    def is_constant(self, node: Node) -> bool:
        """Whether the API server evaluates `node` when it compiles it."""
        match node:
            case Const():
                return True
            case ListOf(_, parts):
                return self.folds and all(map(self.is_constant, parts))
            case MapOf():
                return self.folds and all(map(self.is_constant, children(node)))
            case Call(_, function, (argument,)) if function in _CONVERSIONS:
                return self.folds and self.is_constant(argument)
            case Call(_, "@in", (_, ListOf(_, ())), _, ("in_list",)):
                return self.folds
            case _:
                return False

    def _add(self, node: Node, cost: int) -> None:
        if cost:
            self.entries[node.place.id] = self.entries.get(node.place.id, 0) + cost

    def _new_list(self) -> int:
        """What an empty list costs, from which a macro starts."""
        return 0 if self.folds else limits.LIST

    def _qualify(self, node: Node, operand: Node, *, resolves: bool) -> None:
        self.qualifiers.add(node.place.id)
        if _is_attribute(operand):
            self.visit(operand, resolves=resolves)
            return
        self._add(node, 0 if resolves else limits.IDENT)
        self.visit(operand)

    def _call(self, node: Call, *, resolves: bool) -> None:
        if node.function in INDEXING:
            self._qualify(node, node.arguments[0], resolves=resolves)
            self.visit(node.arguments[1], resolves=True)
            return
        if self._is_set_membership(node):
            self.visit(node.arguments[0])
            return
        if node.function not in _FREE:
            overload = resolved(node.overloads)
            self.calls[node.place.id] = price_of(node.function, overload)
            if self._is_eager(node, overload):
                self.eager.add(node.place.id)
        for argument in node.arguments:
            self.visit(argument)

    def _is_eager(self, node: Call, overload: str) -> bool:
        if len(node.arguments) != _PAIR or overload == _LAZY:
            return False
        if node.function in _PATTERNS and self.is_constant(node.arguments[1]):
            return False
        return bool(overload) or node.function.startswith(("_", "@"))

    def _is_set_membership(self, node: Call) -> bool:
        """Whether `node` looks into a constant list, of which the API server makes a set."""
        if node.function != "@in" or node.overloads != ("in_list",) or not self.folds:
            return False
        match node.arguments[1]:
            case ListOf(_, parts):
                return all(isinstance(part, Const) and isinstance(part.value, _PRIMITIVES) for part in parts)
            case _:
                return False

    def _loop(self, node: Loop) -> None:
        self.ends[node.place.id] = 1
        match node:
            case Quantifier(_, QuantifierKind.EXISTS_ONE):
                self.ends[node.place.id] = 2
            case Quantifier(_, kind, _, _, predicate):
                self.turns[node.place.id] = _CONDITIONS[kind]
                self._add(predicate, limits.IDENT)
            case Transform(_, _, _, _, element):
                self.starts[node.place.id] = self._new_list()
                self._add(element, 2 if self.is_constant(element) and self.folds else 2 + limits.LIST)
            case TransformMap(_, _, _, _, element):
                self.starts[node.place.id] = 0 if self.folds else limits.MAP
                self._add(element, 2 if node.makes_entries else 3)
        for child in children(node):
            self.visit(child)


def _is_attribute(node: Node) -> bool:
    if isinstance(node, Call):
        return node.function in INDEXING
    return isinstance(node, Variable | Local | Select | Has | Conditional)
