"""IR to CEL text, in one canonical layout with only the parentheses that it needs.

The writer knows at which column each node stands: where its name or operator
is, so that a value can be shown under it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import re2

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
    Node,
    OptionalMap,
    Or,
    Quantifier,
    Quantity,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.text.literal import is_negative, literal

_CONDITIONAL: Final = 0
_OR: Final = 1
_AND: Final = 2
_UNARY: Final = 6
_PRIMARY: Final = 7

_IDENTIFIER = re2.compile("[A-Za-z_][A-Za-z0-9_]*")
_RESERVED: Final = frozenset({"true", "false", "null", "in"})

# Function, operator as written, precedence.
_BINARY: Final = {
    **{f"_{text}_": (text, 3) for text in ("==", "!=", "<", "<=", ">", ">=")},
    "@in": ("in", 3),
    **{f"_{text}_": (text, 4) for text in ("+", "-")},
    **{f"_{text}_": (text, 5) for text in ("*", "/", "%")},
}
_UNARIES: Final = frozenset({"!_", "-_"})
_ACCESSES: Final = frozenset({"_[_]", "_[?_]", "_?._"})
_VARIADIC: Final = {"math.@max": "math.greatest", "math.@min": "math.least"}
_PAIR: Final = 2


def unparse(node: Node) -> str:
    """CEL text that parses back to `node`."""
    return written(node).text


@dataclass(frozen=True, slots=True)
class Mark:
    """A node and the column, from 0, at which it is to be pointed at."""

    column: int
    node: Node


@dataclass(slots=True)
class Written:
    """A text that grows, and where its nodes stand in it, in the order of the text."""

    parts: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    length: int = 0

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self.parts)

    def put(self, *texts: str) -> None:
        """Write `texts`."""
        for text in texts:
            self.parts.append(text)
            self.length += len(text)

    def mark(self, node: Node) -> None:
        """Let `node` stand where the next text begins."""
        self.marks.append(Mark(self.length, node))

    def node(self, node: Node, minimum: int) -> None:
        """Write `node`, in parentheses where its outermost operator binds less than `minimum`."""
        is_bare = _precedence(node) >= minimum
        self.put("" if is_bare else "(")
        _WRITERS[type(node)](self, node)
        self.put("" if is_bare else ")")

    def separated(self, nodes: Iterable[Node]) -> None:
        """Write `nodes` as the arguments of a call."""
        for number, node in enumerate(nodes):
            self.put(", " if number else "")
            self.node(node, _CONDITIONAL)


def written(node: Node) -> Written:
    """`node` as CEL text, with the places of all nodes in it."""
    made = Written()
    made.node(node, _CONDITIONAL)
    return made


def _precedence(node: Node) -> int:
    match node:
        case Const(_, value):
            return _UNARY if is_negative(value) else _PRIMARY
        case And():
            return _AND
        case Or():
            return _OR
        case Conditional():
            return _CONDITIONAL
        case Call(_, function) if function in _BINARY:
            return _BINARY[function][1]
        case Call(_, function) if function in _UNARIES:
            return _UNARY
        case _:
            return _PRIMARY


def _const(to: Written, node: Const) -> None:
    to.mark(node)
    to.put(literal(node.value))


def _name(to: Written, node: Variable | Local) -> None:
    to.mark(node)
    to.put(node.name)


def _select(to: Written, node: Select) -> None:
    to.node(node.operand, _PRIMARY)
    to.put(".")
    to.mark(node)
    to.put(_field(node.field))


def _has(to: Written, node: Has) -> None:
    to.mark(node)
    to.put("has(")
    to.node(node.operand, _PRIMARY)
    to.put(".", _field(node.field), ")")


def _logic(to: Written, node: And | Or) -> None:
    precedence, operator = (_AND, "&&") if isinstance(node, And) else (_OR, "||")
    _infix(to, node, (node.left, precedence), operator, (node.right, precedence))


def _infix(to: Written, node: Node, left: tuple[Node, int], operator: str, right: tuple[Node, int]) -> None:
    to.node(*left)
    to.put(" ")
    to.mark(node)
    to.put(operator, " ")
    to.node(*right)


def _conditional(to: Written, node: Conditional) -> None:
    to.node(node.condition, _OR)
    to.put(" ")
    to.mark(node)
    to.put("? ")
    to.node(node.then, _OR)
    to.put(" : ")
    to.node(node.otherwise, _CONDITIONAL)


def _list(to: Written, node: ListOf) -> None:
    to.mark(node)
    to.put("[")
    for at, element in enumerate(node.elements):
        to.put(", " if at else "", "?" if at in node.optional else "")
        to.node(element, _CONDITIONAL)
    to.put("]")


def _map(to: Written, node: MapOf) -> None:
    to.mark(node)
    to.put("{")
    for at, (key, value) in enumerate(node.entries):
        to.put(", " if at else "", "?" if at in node.optional else "")
        to.node(key, _CONDITIONAL)
        to.put(": ")
        to.node(value, _CONDITIONAL)
    to.put("}")


def _call(to: Written, node: Call) -> None:
    if node.function in _BINARY:
        operator, precedence = _BINARY[node.function]
        left, right = node.arguments
        _infix(to, node, (left, precedence), operator, (right, precedence + 1))
    elif node.function in _UNARIES:
        _unary(to, node)
    elif node.function in _ACCESSES:
        _access(to, node)
    else:
        _named(to, node)


def _unary(to: Written, node: Call) -> None:
    """`!` or `-`: the parser cancels two of them, and takes a minus into a number."""
    (operand,) = node.arguments
    is_number = isinstance(operand, Const) and isinstance(operand.value, int | float)
    to.mark(node)
    to.put(node.function[0])
    to.node(operand, _PRIMARY + is_number)


def _access(to: Written, node: Call) -> None:
    """An index, or an optional field or index."""
    container, key = node.arguments
    to.node(container, _PRIMARY)
    if node.function == "_?._" and isinstance(key, Const):
        to.put(".?")
        to.mark(node)
        to.put(_field(key.value))
        return
    to.mark(node)
    to.put("[?" if node.function == "_[?_]" else "[")
    to.node(key, _CONDITIONAL)
    to.put("]")


def _named(to: Written, node: Call) -> None:
    arguments = node.arguments
    if node.is_member:
        to.node(arguments[0], _PRIMARY)
        to.put(".")
        arguments = arguments[1:]
    elif node.function in _VARIADIC and isinstance(arguments[0], ListOf):
        # Of more than two arguments the macro makes a list.
        elements = arguments[0].elements
        arguments = elements if len(elements) > _PAIR else arguments
    to.mark(node)
    to.put(_VARIADIC.get(node.function, node.function), "(")
    to.separated(arguments)
    to.put(")")


def _loop(to: Written, node: Loop) -> None:
    to.node(node.range, _PRIMARY)
    to.put(".")
    to.mark(node)
    to.put(_macro(node), "(", ", ".join(node.variables), ", ")
    body = node.predicate if isinstance(node, Quantifier) or _is_filter(node) else node.element
    if node.predicate is not None and node.predicate is not body:
        to.node(node.predicate, _CONDITIONAL)
        to.put(", ")
    if body is not None:
        to.node(body, _CONDITIONAL)
    to.put(")")


def _macro(node: Loop) -> str:
    is_double = len(node.variables) == _PAIR
    match node:
        case Quantifier():
            return "existsOne" if is_double and node.quantity is Quantity.EXISTS_ONE else node.quantity
        case Transform():
            return "transformList" if is_double else "filter" if _is_filter(node) else "map"
        case TransformMap():
            return "transformMapEntry" if node.makes_entries else "transformMap"


def _is_filter(node: Loop) -> bool:
    """Whether `node` is `filter`: a `map` with a predicate, whose element is its variable."""
    if not isinstance(node, Transform) or node.predicate is None:
        return False
    return isinstance(node.element, Local) and (node.element.name,) == node.variables


def _bind(to: Written, node: Bind) -> None:
    if (keys := _sort_keys(node.body)) is not None:
        to.node(node.value, _PRIMARY)
        to.put(".")
        to.mark(node)
        to.put(f"sortBy({keys.variables[0]}, ")
        to.node(keys.element, _CONDITIONAL)
    else:
        to.mark(node)
        to.put(f"cel.bind({node.variable}, ")
        to.separated((node.value, node.body))
    to.put(")")


def _sort_keys(body: Node) -> Transform | None:
    """The keys of the `sortBy` that binds its list for this body; None where it is another `cel.bind`."""
    match body:
        case Call(_, "@sortByAssociatedKeys", (_, Transform() as keys)):
            return keys
        case _:
            return None


def _optional_map(to: Written, node: OptionalMap) -> None:
    to.node(node.target, _PRIMARY)
    to.put(".")
    to.mark(node)
    to.put("optFlatMap(" if node.is_flat else "optMap(", node.variable, ", ")
    to.node(node.body, _CONDITIONAL)
    to.put(")")


def _field(name: str) -> str:
    """A field's name, in back quotes where it is no identifier."""
    return name if _IDENTIFIER.fullmatch(name) and name not in _RESERVED else f"`{name}`"


_WRITERS: Final[Mapping[type, Callable[[Written, Any], None]]] = {
    Const: _const,
    Variable: _name,
    Local: _name,
    Select: _select,
    Has: _has,
    And: _logic,
    Or: _logic,
    Conditional: _conditional,
    ListOf: _list,
    MapOf: _map,
    Call: _call,
    Quantifier: _loop,
    Transform: _loop,
    TransformMap: _loop,
    Bind: _bind,
    OptionalMap: _optional_map,
}
