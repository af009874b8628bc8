"""What an expression may cost, as Kubernetes estimates it before it lets an expression in.

The walk is over the macros' expansions, which the estimate is defined on:
an accumulator, which each turn reads, and a step that makes the next one.
Kubernetes' estimate is no bound: it takes selecting from dynamic data to be
free, for example. `ceiling` is one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType
from typing import Any, Final

from interlock.cel.cost import limits
from interlock.cel.cost.call_estimates import call_estimate
from interlock.cel.cost.known import (
    EMPTY,
    Entries,
    Estimate,
    either,
    iterated,
    of_list,
    of_map,
    or_unknown,
    united,
)
from interlock.cel.cost.operands import Operand
from interlock.cel.cost.prices import price_of
from interlock.cel.cost.ranges import NOTHING, ONE, ZERO, Range, exactly
from interlock.cel.cost.sizes import Path, Sizer
from interlock.cel.ir import (
    And,
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
    Or,
    Quantifier,
    QuantifierKind,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.types import BOOL, DOUBLE, DURATION, DYN, INT, NAMED, TIMESTAMP, UINT, CelType

_SCALARS: Final = frozenset({BOOL, INT, UINT, DOUBLE, TIMESTAMP, DURATION})
_LIST: Final = exactly(limits.LIST)
_MAP: Final = exactly(limits.MAP)
_STRUCT: Final = exactly(limits.STRUCT)
_INDEXED: Final = {"index_list": "@items", "index_map": "@values"}


Scope = Mapping[str, Estimate]
"""The variables of the macros around a node, with what is known of their values."""

_NONE: Final[Scope] = MappingProxyType({})


def estimate(node: Node, sizes: Sizer, variables: Scope = _NONE) -> Estimate:
    """What `node` may cost over data of these `sizes`; `variables` are computed each time they are read."""
    return _Estimation(sizes, variables).of(node, {})


def estimates(variables: Iterable[tuple[str, Node]], sizes: Sizer) -> dict[str, Estimate]:
    """What `variables` may cost, each of which may read those before it."""
    known: dict[str, Estimate] = {}
    for name, node in variables:
        known[name] = estimate(node, sizes, known)
    return known


@dataclass(frozen=True, slots=True)
class _Estimation:
    """One walk over a tree."""

    sizes: Sizer
    variables: Scope

    def of(self, node: Node, scope: Scope) -> Estimate:  # noqa: C901, PLR0912  # one case a node
        match node:
            case Const(place, value):
                return self._constant(value, place.type)
            case Variable(_, name) if name in self.variables:
                return self.variables[name]
            case Variable(place, name):
                path = tuple(name.split("."))
                return Estimate(exactly(len(path)), self._sized(path, place.type), path=path)
            case Local(place, name):
                known = scope[name]
                size = self._sized(known.path, place.type)
                return replace(known, cost=ONE, size=known.size if size is None else size)
            case Select(place, operand, name):
                return self._select(self.of(operand, scope), operand.place.type, name, place.type)
            case Has(_, operand, _):
                return Estimate(self.of(operand, scope).cost, self._sized((), BOOL))
            case Call(_, "dyn", (argument,)):
                known = self.of(argument, scope)
                return replace(known, cost=known.cost + ONE, path=())
            case Call():
                return self._call(node, [self.of(each, scope) for each in node.arguments])
            case And(_, left, right) | Or(_, left, right):
                first = self.of(left, scope).cost
                cost = Range(first.min, (first + self.of(right, scope).cost).max)
                return Estimate(cost, self._sized((), BOOL))
            case Conditional(_, condition, then, otherwise):
                sides = self.of(then, scope), self.of(otherwise, scope)
                return either(self.of(condition, scope).cost, *sides)
            case ListOf(_, elements):
                return of_list([self.of(each, scope) for each in elements])
            case MapOf(_, entries):
                return of_map([(self.of(key, scope), self.of(value, scope)) for key, value in entries])
            case MessageOf(_, given):
                spent = [self.of(each, scope).cost for _, each in given]
                return Estimate(reduce(Range.__add__, spent, _STRUCT))
            case Quantifier() | Transform() | TransformMap():
                return self._loop(node, self.of(node.range, scope), scope)
            case Bind(place, variable, value, body):
                return self._bind(variable, self.of(value, scope), body, place.type, scope)
            case OptionalMap():
                return self._optional_map(node, scope)

    def _sized(self, path: Path, type_: CelType) -> Range | None:
        """The size of what is at `path`; what has no size counts as one."""
        size = self.sizes(path, type_)
        if size is None and type_.name == "optional_type" and type_.parameters:
            type_ = type_.parameters[0]
        return ONE if size is None and type_ in _SCALARS else size

    def _constant(self, value: Any, type_: CelType) -> Estimate:
        if isinstance(value, CelType):
            return Estimate(ONE, self._sized((value.name,), type_), path=(value.name,))
        return Estimate(ZERO, exactly(len(value) if isinstance(value, str | bytes) else 1))

    def _select(self, operand: Estimate, type_: CelType, name: str, result: CelType) -> Estimate:
        path = (*operand.path, name)
        is_free = type_.name != "map" and type_.name in NAMED
        return Estimate(operand.cost if is_free else operand.cost + ONE, self._sized(path, result), path=path)

    def _call(self, node: Call, arguments: list[Estimate]) -> Estimate:
        operands = [self._operand(*each) for each in zip(node.arguments, arguments, strict=True)]
        cost, path = NOTHING, Path()
        size: Range | None = None
        for overload in node.overloads or ("",):
            own = call_estimate(price_of(node.function, overload), operands)
            cost |= own.cost
            size = own.size if size is None or own.size is None else size | own.size
            if overload in _INDEXED:
                path = (*arguments[0].path, _INDEXED[overload])
                size = arguments[0].entries.values if arguments[0].entries else None
            if size is None:
                size = self._sized(path, node.place.type)
        spent = reduce(Range.__add__, (each.cost for each in arguments), cost)
        entries = united(*arguments) if node.function == "_+_" else None
        return Estimate(spent, size, entries, path)

    def _operand(self, node: Node, known: Estimate) -> Operand:
        type_ = node.place.type
        items = None
        if type_.parameters:
            items = self.sizes((*known.path, "@items") if known.path else (), type_.parameters[0])
        return Operand(
            size=or_unknown(known.size),
            type=type_,
            items=or_unknown(items),
            literal=node.value if isinstance(node, Const) else None,
        )

    def _loop(self, node: Loop, range_: Estimate, scope: Scope) -> Estimate:
        inner = {**scope, **iterated(node.variables, range_, node.range.place.type)}
        count = or_unknown(range_.size)
        if isinstance(node, Quantifier):
            return self._quantifier(node, range_.cost, count, inner)
        element = self.of(node.element, inner)
        entries: Entries | None = None
        if isinstance(node, Transform):
            start, step = _LIST, element.cost + _LIST + ONE + ONE
            entries = EMPTY | Entries(is_list=True, keys=ONE, values=or_unknown(element.size))
        else:
            start, step = _MAP, element.cost + exactly(2 if node.makes_entries else 3)
        if node.predicate is not None:
            step = self.of(node.predicate, inner).cost + (step | ONE)
        return Estimate(range_.cost + start + count * step + ONE, count, entries)

    def _quantifier(self, node: Quantifier, range_: Range, count: Range, scope: Scope) -> Estimate:
        predicate = self.of(node.predicate, scope).cost
        if node.kind is QuantifierKind.EXISTS_ONE:
            turn, result = predicate + Range(1, 2), ONE + self._is_one()
        else:
            # The condition reads the accumulator, negates it for `exists`, and takes an error for going on.
            condition = exactly(2 if node.kind is QuantifierKind.ALL else 3)
            turn, result = condition + Range(1, (ONE + predicate).max), ONE
        return Estimate(range_ + count * turn + result, ONE)

    def _is_one(self) -> Range:
        """What it costs to compare the number of those found with one."""
        found = Operand(size=or_unknown(self._sized((), INT)), type=INT)
        return call_estimate(price_of("_==_", "equals"), (found, Operand(size=ONE, type=INT))).cost

    def _bind(self, variable: str, value: Estimate, body: Node, type_: CelType, scope: Scope) -> Estimate:
        made = self.of(body, {**scope, variable: value})
        size = self._sized((), type_) if made.size is None else made.size
        # A binding is a fold over an empty list, which is paid for.
        return Estimate(_LIST + value.cost + made.cost, size, made.entries)

    def _optional_map(self, node: OptionalMap, scope: Scope) -> Estimate:
        """`t.hasValue() ? optional.of(cel.bind(v, t.value(), body)) : optional.none()`."""
        target = self.of(node.target, scope).cost + ONE
        type_ = node.target.place.type
        held = type_.parameters[0] if type_.parameters else DYN
        value = Estimate(target, self._sized((), held))
        then = self._bind(node.variable, value, node.body, node.body.place.type, scope)
        if not node.is_flat:
            then = Estimate(then.cost + ONE, self._sized((), node.place.type))
        return either(target, then, Estimate(ONE, self._sized((), node.place.type)))
