"""IR to CEL text, in one canonical layout with only the parentheses that it needs."""

import json
import math
from typing import Any, Final

import re2

from interlock.cel.ir import (
    And,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    Node,
    Or,
    Quantifier,
    Select,
    Transform,
    Variable,
)
from interlock.cel.libraries.temporal import format_duration, format_timestamp
from interlock.cel.types import CelType
from interlock.cel.values import Duration, Timestamp, Uint, from_key

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


def unparse(node: Node) -> str:
    """CEL text that parses back to `node`."""
    return _text(node, _CONDITIONAL)


def _text(node: Node, minimum: int) -> str:
    text, precedence = _written(node)
    return text if precedence >= minimum else f"({text})"


def _written(node: Node) -> tuple[str, int]:  # noqa: C901  # one case a node
    """The text of `node` and how strongly its outermost operator binds."""
    match node:
        case Const(_, int() | float() as value) if math.copysign(1, value) < 0:
            return literal(value), _UNARY
        case Const(_, value):
            return literal(value), _PRIMARY
        case Variable(_, name) | Local(_, name):
            return name, _PRIMARY
        case Select(_, operand, name):
            return f"{_text(operand, _PRIMARY)}.{_field(name)}", _PRIMARY
        case Has(_, operand, name):
            return f"has({_text(operand, _PRIMARY)}.{_field(name)})", _PRIMARY
        case And(_, left, right):
            return f"{_text(left, _AND)} && {_text(right, _AND)}", _AND
        case Or(_, left, right):
            return f"{_text(left, _OR)} || {_text(right, _OR)}", _OR
        case Conditional(_, condition, then, otherwise):
            parts = _text(condition, _OR), _text(then, _OR), _text(otherwise, _CONDITIONAL)
            return f"{parts[0]} ? {parts[1]} : {parts[2]}", _CONDITIONAL
        case ListOf(_, elements):
            return f"[{', '.join(map(unparse, elements))}]", _PRIMARY
        case MapOf(_, pairs):
            return f"{{{', '.join(f'{unparse(key)}: {unparse(value)}' for key, value in pairs)}}}", _PRIMARY
        case Call():
            return _call(node)
        case Quantifier() | Transform():
            return _macro(node), _PRIMARY


def _call(node: Call) -> tuple[str, int]:
    if node.function in _BINARY:
        operator, precedence = _BINARY[node.function]
        left, right = node.arguments
        return f"{_text(left, precedence)} {operator} {_text(right, precedence + 1)}", precedence
    if node.function in {"!_", "-_"}:
        return f"{node.function[0]}{_operand(node.arguments[0])}", _UNARY
    if node.function == "_[_]":
        return f"{_text(node.arguments[0], _PRIMARY)}[{unparse(node.arguments[1])}]", _PRIMARY
    target, arguments = ("", node.arguments)
    if node.is_member:
        target, arguments = f"{_text(node.arguments[0], _PRIMARY)}.", node.arguments[1:]
    return f"{target}{node.function}({', '.join(map(unparse, arguments))})", _PRIMARY


def _operand(node: Node) -> str:
    """The operand of `!` or `-`: the parser cancels two of them, and takes a minus into a number."""
    is_number = isinstance(node, Const) and isinstance(node.value, int | float)
    return f"({unparse(node)})" if is_number else _text(node, _PRIMARY)


def _field(name: str) -> str:
    """A field's name, in back quotes where it is no identifier."""
    return name if _IDENTIFIER.fullmatch(name) and name not in _RESERVED else f"`{name}`"


def _macro(node: Quantifier | Transform) -> str:
    over = _text(node.range, _PRIMARY)
    if isinstance(node, Quantifier):
        return f"{over}.{node.quantity}({node.variable}, {unparse(node.predicate)})"
    if node.predicate is None:
        return f"{over}.map({node.variable}, {unparse(node.element)})"
    if isinstance(node.element, Local) and node.element.name == node.variable:
        return f"{over}.filter({node.variable}, {unparse(node.predicate)})"
    return f"{over}.map({node.variable}, {unparse(node.predicate)}, {unparse(node.element)})"


def literal(value: Any) -> str:
    """`value` as CEL writes it."""
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return _quoted(value)
        case Uint():
            return f"{int(value)}u"
        case bytes():
            return "b'" + "".join(f"\\x{byte:02x}" for byte in value) + "'"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            return (
                f"{{{', '.join(f'{literal(from_key(key))}: {literal(each)}' for key, each in value.items())}}}"
            )
        case Timestamp() | Duration():
            return _temporal(value)
        case CelType():
            return value.name
        case _:
            return repr(value)


def _quoted(text: str) -> str:
    """`text` in quotes; a lone surrogate, which CEL has no way to write, stays escaped."""
    return json.dumps(text, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _temporal(value: Timestamp | Duration) -> str:
    if isinstance(value, Timestamp):
        return f'timestamp("{format_timestamp(value)}")'
    return f'duration("{format_duration(value)}")'
