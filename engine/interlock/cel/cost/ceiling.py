"""What the meter can count for an expression at most, over any data up to a total size.

The size of data is all its characters, bytes and elements together. Unlike
Kubernetes' estimate this is a bound, and so holds for dynamic data too: each
variable, and each part of one, is taken to be as large as all of the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from interlock.cel.cost import limits
from interlock.cel.cost.bounds import Bound, computed, either, together
from interlock.cel.cost.calls import BY_SIZES, GROWING, LONGEST_PATTERN, search
from interlock.cel.cost.growth import grown
from interlock.cel.cost.prices import Price, price_of, resolved
from interlock.cel.cost.ranges import MAX, saturated
from interlock.cel.cost.tariff import INDEXING
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
from interlock.cel.tree import children, is_closed, is_search

_LEAST: Final = 16
"""The size of an address, which is the largest of what isn't counted by characters or elements."""

_LITERALS: Final = {ListOf: limits.LIST, MapOf: limits.MAP, MessageOf: limits.STRUCT}
_MADE_FOR_ONE: Final = limits.MOST_MADE // limits.PER_CALL_LIMIT
"""What is made for a cost of one, so that within Kubernetes' limit no more is made than may be."""

_OPTIONAL_MAP: Final = 4
"""Asking for the value, taking it, and making an optional of what the body gives, or none."""

_TURNS: Final = {QuantifierKind.ALL: 3, QuantifierKind.EXISTS: 4, QuantifierKind.EXISTS_ONE: 2}
_NONE: Final[Mapping[str, Bound]] = MappingProxyType({})


class Extent(NamedTuple):
    """How large data is: `total` are all its characters, bytes and elements, `elements` those alone."""

    total: int
    elements: int


def bound(node: Node, extent: Extent, variables: Mapping[str, Bound] = _NONE) -> Bound:
    """The cost of evaluating `node` at most, over data of `extent` in all, and how large its value can be.

    `variables` are those that are computed, and so can be larger.
    """
    return _Bounding(extent, variables, counts_turns=True).of(node, {})


def allowance(node: Node, extent: Extent, limit: int, variables: Mapping[str, Bound] = _NONE) -> int | None:
    """How many turns loops can take in all while the cost of `node` is sure to stay within `limit`.

    Only those whose range is not the same every time count. An element that is
    looked at by `in` in a loop counts as a turn. None where the limit isn't
    sure to be kept even without any.
    """
    made = _Bounding(extent, variables, counts_turns=False).of(node, {})
    left = limit - made.cost
    return None if left < 0 else left // max(made.unit, 1)


@dataclass(frozen=True, slots=True)
class _Bounding:
    """One walk over a tree; without `counts_turns` the turns of loops are left out of the cost."""

    extent: Extent
    variables: Mapping[str, Bound]
    counts_turns: bool

    def of(self, node: Node, scope: Mapping[str, Bound]) -> Bound:
        match node:
            case Const(_, value):
                return computed(0, len(value) if isinstance(value, str | bytes) else 1)
            case Variable(_, name):
                return self._variable(name)
            case Local(_, name):
                return replace(scope[name], cost=limits.IDENT, unit=0)
            case Call():
                return self._call(node, [self.of(each, scope) for each in node.arguments], scope)
            case Quantifier() | Transform() | TransformMap():
                return self._loop(node, self.of(node.range, scope), scope)
            case Bind(_, variable, value, body):
                made = self.of(value, scope)
                return together(made, self.of(body, {**scope, variable: made}), own=limits.LIST)
            case OptionalMap(_, variable, target, body, _):
                # Its target is evaluated again for the value that is bound.
                made = self.of(target, scope)
                made = replace(made, cost=2 * made.cost, unit=2 * made.unit)
                return together(made, self.of(body, {**scope, variable: made}), own=limits.LIST + _OPTIONAL_MAP)
            case _:
                return _plain(node, [self.of(each, scope) for each in children(node)])

    def _variable(self, name: str) -> Bound:
        cost = 1 + name.count(".")
        if name in self.variables:
            return replace(self.variables[name], cost=cost, unit=0)
        return Bound(cost, self.extent.total, self.extent.elements, self.extent.elements)

    def _call(self, node: Call, arguments: list[Bound], scope: Mapping[str, Bound]) -> Bound:
        if node.function in INDEXING:
            container = arguments[0]
            made = Bound(0, container.total, container.inner, container.inner)
            return together(*arguments, made, own=2)
        price = price_of(node.function, resolved(node.overloads))
        totals = [argument.total for argument in arguments]
        total = saturated(grown(node.function, price, totals, node.place.type))
        made = computed(0, total)
        if node.function == "_+_":
            count = sum(argument.count for argument in arguments)
            made = Bound(0, total, min(saturated(count), total), max(argument.inner for argument in arguments))
        if node.function == "@in":
            is_turn = bool(scope) and is_search(node) and not self.counts_turns
            own = 1 if is_turn else arguments[1].count + 1
            return together(*arguments, replace(made, unit=int(is_turn)), own=own)
        own = _own_cost(node, price, [max(each, _LEAST) for each in totals], total)
        # What can't be counted may not be made either.
        room = total // _MADE_FOR_ONE if node.function in GROWING else 0
        return together(*arguments, made, own=own + room)

    def _loop(self, node: Loop, range_: Bound, scope: Mapping[str, Bound]) -> Bound:
        element = replace(range_, count=range_.inner)
        inner = {**scope, **dict.fromkeys(node.variables, element)}
        parts = [self.of(each, inner) for each in children(node)[1:]]
        turn = together(*parts, own=_turn_cost(node))
        own = limits.MAP + 2
        total = count = inner_count = 1
        if isinstance(node, Transform | TransformMap):
            # Each element of the result takes the place of one, and has its own total.
            is_subset = isinstance(node.element, Local) and node.element.name in node.variables
            total = range_.total + (range_.total if is_subset else range_.count * (turn.total + 1))
            count = total if isinstance(node, TransformMap) else range_.count
            inner_count = max(range_.inner, turn.count, turn.inner)
        made = Bound(range_.count * turn.cost, total, count, inner_count, turn.unit)
        # A range that is the same every time is no matter of turns: its elements are known now.
        if not self.counts_turns and not is_closed(node.range):
            made = replace(made, cost=0, unit=max(turn.unit, turn.cost))
        return together(range_, made, own=own)


def _plain(node: Node, parts: list[Bound]) -> Bound:
    """What a node costs that is made of its parts alone."""
    nothing = computed(0, 1)
    match node:
        case Select() | Has():
            (operand,) = parts
            return together(operand, Bound(0, operand.total, operand.inner, operand.inner), own=2)
        case Conditional():
            condition, *branches = parts
            return together(condition, either(branches))
        case ListOf() | MapOf() | MessageOf():
            count = len(parts)
            total = count + sum(part.total for part in parts)
            inner = max((max(part.count, part.inner) for part in parts), default=0)
            own = _LITERALS[type(node)]
            return together(*parts, Bound(0, total, count, inner), own=own)
        case _:
            return together(nothing, *parts, nothing)


def _own_cost(node: Call, price: Price, sizes: list[int], total: int) -> int:
    """What a call of these totals costs at most, whose result has one too."""
    if price in BY_SIZES:
        return BY_SIZES[price](*sizes)
    match price:
        case Price.EQUALITY:
            return BY_SIZES[Price.ORDER](*sizes)
        case Price.JOIN:
            return total
        case Price.TRAVERSAL | Price.INCLUSION | Price.WALK:
            return 2 * sizes[0] + 1
        case Price.FORMAT:
            return search(sizes[1], LONGEST_PATTERN)
        case Price.COPIED_LIST | Price.RANGE | Price.SLICE:
            return total + 1 + limits.LIST
        case Price.FLATTENING:
            levels = node.arguments[-1]
            return MAX if len(sizes) > 1 and not isinstance(levels, Const) else _flattened(levels, sizes[0])
        case Price.COMPARED_LIST | Price.SORTED_BY:
            return 3 * sizes[-1] ** 2 + 1 + limits.LIST
        case _:
            return (sizes[0] + 1) * (sizes[1] + 1) + total + 1 + limits.LIST


def _flattened(levels: Node, size: int) -> int:
    depth = levels.value if isinstance(levels, Const) and isinstance(levels.value, int) else 1
    return size * max(depth, 0) + 1 + limits.LIST


def _turn_cost(node: Loop) -> int:
    """What a turn costs beside the predicate and the element."""
    match node:
        case Quantifier(_, kind):
            return _TURNS[kind]
        case Transform():
            return limits.LIST + 2
        case TransformMap():
            return 3
