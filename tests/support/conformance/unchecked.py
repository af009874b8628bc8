"""Programs of expressions that the checker refuses, for the cases that are to be evaluated all the same.

Interlock only evaluates what was checked. The language says what the rest
means too, and the conformance tests ask: so that the evaluator can be asked,
the parsed tree is put into the form of a checked one in which nothing has a
type and each name is a variable. A function that there is none of fails.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cel_expr_python import cel

from interlock.cel.decoding.checked import decode
from interlock.cel.decoding.wire import Message
from interlock.cel.environment import Environment
from interlock.cel.ir import Call, Node
from interlock.cel.libraries.overloads import Library, Overload, functions, no_overload
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.program import Program
from interlock.cel.tree import children
from interlock.cel.types import DYN
from interlock.spans import typed_in


def unchecked(environment: Environment, text: str) -> Program:
    """The program of `text`, which was only parsed."""
    parsed = Message.parse(cel.NewEnv().compile(text, disable_check=True).serialize())
    node = decode(_as_checked(Message.parse(parsed.bytes(2))), environment.declarations)
    unknown = Library(name="unknown", overloads=tuple(_failing(environment, node)))
    made = replace(environment, libraries=(*environment.libraries, unknown))
    return made.program(typed_in(text), node)


def _as_checked(parsed: Message) -> bytes:
    """The checked form of a parsed expression, inside of a `google.protobuf.Any`."""
    references = b"".join(
        _field(2, _number(1, id_) + _field(2, _field(1, name.encode())))
        for id_, name in _names(parsed.message(2))
    )
    return _field(2, references + _field(4, parsed.bytes(2)) + _field(5, parsed.bytes(3)))


def _names(expression: Message) -> Iterator[tuple[int, str]]:
    """The ids and names of all identifiers below an expression; no macro is in one that isn't checked."""
    if 4 in expression:
        yield expression.integer(2), expression.message(4).text(1)
    select, call, made = expression.message(5), expression.message(6), expression.message(7)
    operands = [*select.messages(1), *call.messages(1), *call.messages(3), *made.messages(1)]
    for operand in operands:
        yield from _names(operand)


def _failing(environment: Environment, node: Node) -> Iterator[Overload]:
    """An overload that fails for each call below `node` of a function that there is none of."""
    if isinstance(node, Call) and node.function not in functions((STANDARD, *environment.libraries)):

        def compute(*arguments: Any, name: str = node.function) -> Any:
            raise no_overload(name, *arguments)

        yield Overload(
            id=f"unknown_{node.function}",
            function=node.function,
            parameters=(DYN,) * len(node.arguments),
            result=DYN,
            compute=compute,
        )
    for child in children(node):
        yield from _failing(environment, child)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])
