"""The parts of a CEL text: what they are and where they stand, and nothing more."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a part of an expression can be."""

    NAME = "name"
    LITERAL = "literal"
    SELECT = "select"
    CALL = "call"
    METHOD = "method"
    INDEX = "index"
    UNARY = "unary"
    BINARY = "binary"
    LOGIC = "logic"
    CONDITIONAL = "conditional"
    LIST = "list"
    MAP = "map"
    MESSAGE = "message"
    NESTED = "nested"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """A part of an expression: what it is, from where to where, and its own parts in order.

    `name` is that of a name, field, function or operator. The first part of a
    method, index or message is what stands before its bracket. All operands of
    a chain of one logical operator are parts of one form.
    """

    kind: Kind
    start: int
    end: int
    name: str = ""
    parts: tuple["Form", ...] = ()


def postorder(tree: Form) -> Iterator[Form]:
    """Every form of `tree`, parts before what they are parts of, in the order of the text."""
    pending = [(tree, False)]
    while pending:
        form, is_entered = pending.pop()
        if is_entered or not form.parts:
            yield form
        else:
            pending.append((form, True))
            pending.extend((part, False) for part in reversed(form.parts))
