"""A text that nodes are written to, each with the parentheses that it needs where it stands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.cel.ir import And, Call, Conditional, Const, Node, Or
from interlock.cel.text.literal import is_negative

CONDITIONAL: Final = 0
OR: Final = 1
AND: Final = 2
UNARY: Final = 6
PRIMARY: Final = 7

# Function, operator as written, precedence.
BINARY: Final = {
    **{f"_{text}_": (text, 3) for text in ("==", "!=", "<", "<=", ">", ">=")},
    "@in": ("in", 3),
    **{f"_{text}_": (text, 4) for text in ("+", "-")},
    **{f"_{text}_": (text, 5) for text in ("*", "/", "%")},
}
UNARIES: Final = frozenset({"!_", "-_"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A node and the column, from 0, at which it is to be pointed at."""

    column: int
    node: Node


@dataclass(slots=True)
class Written:
    """A text that grows, and where its nodes stand in it, in the order of the text."""

    writers: Mapping[type, Callable[["Written", Any], None]]
    """What writes a node of each class."""
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
        is_bare = precedence(node) >= minimum
        self.put("" if is_bare else "(")
        self.writers[type(node)](self, node)
        self.put("" if is_bare else ")")

    def separated(self, nodes: Iterable[Node]) -> None:
        """Write `nodes` as the arguments of a call."""
        for number, node in enumerate(nodes):
            self.put(", " if number else "")
            self.node(node, CONDITIONAL)


def precedence(node: Node) -> int:
    """How tightly the outermost operator of `node` binds."""
    match node:
        case Const(_, value):
            return UNARY if is_negative(value) else PRIMARY
        case And():
            return AND
        case Or():
            return OR
        case Conditional():
            return CONDITIONAL
        case Call(_, function) if function in BINARY:
            return BINARY[function][1]
        case Call(_, function) if function in UNARIES:
            return UNARY
        case _:
            return PRIMARY
