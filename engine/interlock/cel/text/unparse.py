"""IR to CEL text, in one canonical layout with only the parentheses that it needs.

The writer knows at which column each node stands: where its name or operator
is, so that a value can be shown under it.
"""

from collections.abc import Callable, Mapping
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
    MapOf,
    MessageOf,
    Node,
    OptionalMap,
    Or,
    Quantifier,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.text import macros
from interlock.cel.text.literal import literal
from interlock.cel.text.written import AND, BINARY, CONDITIONAL, OR, PRIMARY, UNARIES, Written

_IDENTIFIER = re2.compile("[A-Za-z_][A-Za-z0-9_]*")
_RESERVED: Final = frozenset({"true", "false", "null", "in"})
_ACCESSES: Final = frozenset({"_[_]", "_[?_]", "_?._"})
VARIADIC: Final = {"math.@max": "math.greatest", "math.@min": "math.least"}
"""What is written for the functions that macros of any number of arguments become."""

_PAIR: Final = 2


def unparse(node: Node) -> str:
    """CEL text that parses back to `node`."""
    return written(node).text


def written(node: Node) -> Written:
    """`node` as CEL text, with the places of all nodes in it."""
    made = Written(_WRITERS)
    made.node(node, CONDITIONAL)
    return made


def is_identifier(name: str) -> bool:
    """Whether a field of that name is written without quotes."""
    return _IDENTIFIER.fullmatch(name) is not None and name not in _RESERVED


def _const(to: Written, node: Const) -> None:
    to.mark(node)
    to.put(literal(node.value))


def _name(to: Written, node: Variable | Local) -> None:
    to.mark(node)
    to.put(node.name)


def _select(to: Written, node: Select) -> None:
    to.node(node.operand, PRIMARY)
    to.put(".")
    to.mark(node)
    to.put(_field(node.field))


def _has(to: Written, node: Has) -> None:
    to.mark(node)
    to.put("has(")
    to.node(node.operand, PRIMARY)
    if node.field:
        to.put(".", _field(node.field))
    to.put(")")


def _logic(to: Written, node: And | Or) -> None:
    precedence, operator = (AND, "&&") if isinstance(node, And) else (OR, "||")
    _infix(to, node, (node.left, precedence), operator, (node.right, precedence))


def _infix(to: Written, node: Node, left: tuple[Node, int], operator: str, right: tuple[Node, int]) -> None:
    to.node(*left)
    to.put(" ")
    to.mark(node)
    to.put(operator, " ")
    to.node(*right)


def _conditional(to: Written, node: Conditional) -> None:
    to.node(node.condition, OR)
    to.put(" ")
    to.mark(node)
    to.put("? ")
    to.node(node.then, OR)
    to.put(" : ")
    to.node(node.otherwise, CONDITIONAL)


def _list(to: Written, node: ListOf) -> None:
    to.mark(node)
    to.put("[")
    for at, element in enumerate(node.elements):
        to.put(", " if at else "", "?" if at in node.optional else "")
        to.node(element, CONDITIONAL)
    to.put("]")


def _map(to: Written, node: MapOf) -> None:
    to.mark(node)
    to.put("{")
    for at, (key, value) in enumerate(node.entries):
        to.put(", " if at else "", "?" if at in node.optional else "")
        to.node(key, CONDITIONAL)
        to.put(": ")
        to.node(value, CONDITIONAL)
    to.put("}")


def _message(to: Written, node: MessageOf) -> None:
    to.put(str(node.place.type))
    to.mark(node)
    to.put("{")
    for at, (name, value) in enumerate(node.fields):
        to.put(", " if at else "", "?" if at in node.optional else "", _field(name), ": ")
        to.node(value, CONDITIONAL)
    to.put("}")


def _call(to: Written, node: Call) -> None:
    if node.function in BINARY:
        operator, precedence = BINARY[node.function]
        left, right = node.arguments
        _infix(to, node, (left, precedence), operator, (right, precedence + 1))
    elif node.function in UNARIES:
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
    to.node(operand, PRIMARY + is_number)


def _access(to: Written, node: Call) -> None:
    """An index, or an optional field or index."""
    container, key = node.arguments
    to.node(container, PRIMARY)
    if node.function == "_?._" and isinstance(key, Const):
        to.put(".?")
        to.mark(node)
        to.put(_field(key.value))
        return
    to.mark(node)
    to.put("[?" if node.function == "_[?_]" else "[")
    to.node(key, CONDITIONAL)
    to.put("]")


def _named(to: Written, node: Call) -> None:
    arguments = node.arguments
    if node.is_member:
        to.node(arguments[0], PRIMARY)
        to.put(".")
        arguments = arguments[1:]
    elif node.function in VARIADIC and isinstance(arguments[0], ListOf):
        # Of more than two arguments the macro makes a list.
        elements = arguments[0].elements
        arguments = elements if len(elements) > _PAIR else arguments
    to.mark(node)
    to.put(VARIADIC.get(node.function, node.function), "(")
    to.separated(arguments)
    to.put(")")


def _field(name: str) -> str:
    """A field's name, in back quotes where it is no identifier."""
    return name if is_identifier(name) else f"`{name}`"


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
    MessageOf: _message,
    Call: _call,
    Quantifier: macros.loop,
    Transform: macros.loop,
    TransformMap: macros.loop,
    Bind: macros.bind,
    OptionalMap: macros.optional_map,
}
